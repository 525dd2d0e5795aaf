import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Session } from '@generated/models'
import { getSession, login, logout, onSignedOut, RequestFailed } from '@/services'

export type SessionState = 'unknown' | 'signedIn' | 'signedOut' | 'unreachable'

/** Who is signed in. In local mode the server signs the local user in by itself. */
export const useSession = defineStore('session', () => {
  const session = shallowRef<Session>()
  const state = shallowRef<SessionState>('unknown')

  function signedIn(next: Session): void {
    session.value = next
    state.value = 'signedIn'
  }

  function signedOut(): void {
    session.value = undefined
    state.value = 'signedOut'
  }

  onSignedOut(signedOut)

  async function load(): Promise<void> {
    try {
      signedIn(await getSession())
    } catch (error) {
      if (error instanceof RequestFailed && error.problem?.status === 401) signedOut()
      else state.value = 'unreachable'
    }
  }

  async function signIn(userName: string, password: string): Promise<void> {
    signedIn(await login({ userName, password }))
  }

  async function signOut(): Promise<void> {
    await logout()
    signedOut()
  }

  return { session, state, load, signIn, signOut }
})
