import type { Health, LoginRequest, Session } from '@generated/models'
import { body, rest } from './rest'

export function getSession(): Promise<Session> {
  return body(rest.GET('/auth/session'))
}

export function login(credentials: LoginRequest): Promise<Session> {
  return body(rest.POST('/auth/login', { body: credentials }))
}

export async function logout(): Promise<void> {
  await body(rest.POST('/auth/logout'))
}

export function getHealth(): Promise<Health> {
  return body(rest.GET('/health'))
}
