// A real Chromium for tests and screenshots. Every page watches for violations of the content
// security policy and for broken scripts.
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export const launchOptions = (extra: readonly string[] = []) => ({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [...flags, ...extra],
})

export const openBrowser = async (extra: readonly string[] = []): Promise<Browser> =>
  chromium.launch(launchOptions(extra))

export interface WatchedContext {
  readonly context: BrowserContext
  /** What went wrong in any page of the context: policy violations, uncaught errors. */
  readonly complaints: string[]
  page(): Promise<Page>
}

export async function openContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`))
  context.on('console', (message) => {
    if (/Content Security Policy|content-security-policy/i.test(message.text()))
      complaints.push(message.text())
  })
  context.setDefaultTimeout(15_000)
  return { context, complaints, page: () => context.newPage() }
}
