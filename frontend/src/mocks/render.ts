import { PiniaColada } from '@pinia/colada'
import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import type { Component } from 'vue'
import { onTestFinished } from 'vitest'
import { replaceStream } from '@/services'

/** Mounts a component as the application would, with stores, queries and a connection of its own. */
export function render(component: Component, props: Record<string, unknown> = {}): VueWrapper {
  const pinia = createPinia()
  setActivePinia(pinia)
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: { plugins: [pinia, PiniaColada] },
  })
  onTestFinished(() => {
    wrapper.unmount()
    replaceStream()
  })
  return wrapper
}
