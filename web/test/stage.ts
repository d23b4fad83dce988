// What a file of browser tests stands on: a shop and a browser for all of them, a page for each.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { openBrowser, openContext, type WatchedContext } from './browser.ts'
import { startWebShop, type WebShop } from './web-shop.ts'

export interface Stage {
  readonly shop: WebShop
  readonly browser: Browser
  readonly watched: WatchedContext
  readonly page: Page
}

/** Sets the stage for each test of a file; what a page complains of fails its test. */
export function useStage(onSet: (stage: Stage) => void): void {
  let shop: WebShop
  let browser: Browser
  let watched: WatchedContext
  beforeAll(async () => {
    ;[shop, browser] = await Promise.all([startWebShop(), openBrowser()])
  })
  afterAll(async () => {
    await browser.close()
    await shop.stop()
  })
  beforeEach(async () => {
    watched = await openContext(browser)
    onSet({ shop, browser, watched, page: await watched.page() })
  })
  afterEach(async () => {
    const { complaints, context } = watched
    await context.close()
    expect(complaints, 'violations of the content security policy, and errors nobody caught').toEqual([])
  })
}
