// The dashboard in a real browser: it shows what happens while it happens, and its buttons work.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildBrowserFiles } from '../src/index.ts'
import { startChromium } from './chromium.ts'
import { type Bench, startBench } from './harness.ts'

let bench: Bench
let browser: Browser
let page: Page
beforeAll(async () => {
  bench = await startBench()
  browser = await startChromium()
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  await page.goto(bench.sandbox.url)
})
afterAll(async () => {
  await browser.close()
  await bench.close()
})

it('shows a payment as soon as it is made, and takes its money at a click', async () => {
  const held = await bench.stripe.paymentIntents.create({
    amount: 4200,
    currency: 'eur',
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const row = page.getByRole('row').filter({ hasText: held.id })
  await row.getByText('requires_capture').waitFor()
  await row.getByRole('button', { name: 'Capture' }).click()
  await page.getByRole('button', { name: 'Ledger' }).click()
  await page.getByRole('cell', { name: '€42.00' }).waitFor()
  expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('succeeded')
})

it('opens a dispute, moves the clock and sets a fault', async () => {
  await page.getByRole('button', { name: 'Payments' }).click()
  await page.getByRole('button', { name: 'Dispute', exact: true }).first().click()
  await page.getByRole('button', { name: 'Disputes' }).click()
  await page.getByRole('cell', { name: 'needs_response' }).waitFor()
  await page.getByRole('button', { name: 'Move clock' }).click()
  await page.getByText('7.0 days ahead').waitFor()
  await page.getByLabel('Fault').selectOption('rate_limit')
  await page.getByRole('button', { name: 'Set fault' }).click()
  await page.getByText(/rate_limit before \*: 1 left/).waitFor()
})

it('can be built to stand alone', async () => {
  const target = await mkdtemp(join(tmpdir(), 'sandbox-browser-'))
  try {
    await buildBrowserFiles(target)
    expect((await readdir(target)).toSorted()).toEqual([
      'card-form.css',
      'card-form.html',
      'card-form.js',
      'challenge.css',
      'checkout.css',
      'checkout.js',
      'dashboard.css',
      'dashboard.html',
      'dashboard.js',
      'stripe.js',
    ])
    expect(await readFile(join(target, 'stripe.js'), 'utf8')).toContain('endive')
  } finally {
    await rm(target, { recursive: true, force: true })
  }
})

it('is accessible and has no faulty scripts', async () => {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`)).toEqual(
    [],
  )
})
