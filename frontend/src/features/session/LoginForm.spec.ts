import { http, HttpResponse } from 'msw/http'
import { describe, expect, it, vi } from 'vitest'
import { problem } from '@/mocks/broker'
import { refused } from '@/mocks/commands'
import { server } from '@/mocks/node'
import { render } from '@/mocks/render'
import LoginForm from './LoginForm.vue'
import { useSession } from './store'

async function signIn(password: string) {
  const form = render(LoginForm)
  const [user, secret] = form.findAll('input')
  await user?.setValue('trader')
  await secret?.setValue(password)
  await form.get('form').trigger('submit')
  return form
}

describe('signing in', () => {
  it('says when the password is wrong, and forgets it', async () => {
    server.use(
      http.post('*/api/v1/auth/login', () =>
        refused(problem(401, 'invalid_credentials', 'User name or password is wrong')),
      ),
    )
    const form = await signIn('wrong')
    await vi.waitFor(() => {
      expect(form.get('[role="alert"]').text()).toBe('User name or password is wrong')
    })
    expect(form.get<HTMLInputElement>('input[type="password"]').element.value).toBe('')
    expect(form.emitted('signedIn')).toBeUndefined()
  })

  it('knows the user afterwards', async () => {
    server.use(
      http.post('*/api/v1/auth/login', () =>
        HttpResponse.json({
          userId: 'u1',
          userName: 'trader',
          authentication: 'session',
          permissions: ['trade'],
        }),
      ),
    )
    const form = await signIn('right')
    await vi.waitFor(() => {
      expect(form.emitted('signedIn')).toHaveLength(1)
    })
    expect(useSession().session?.userName).toBe('trader')
  })

  it('asks for both', async () => {
    const form = await signIn('')
    expect(form.get('[role="alert"]').text()).toBe('Enter your user name and your password.')
  })
})
