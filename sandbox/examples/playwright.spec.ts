// Pays on a page that loads Stripe.js from js.stripe.com, without changing the page. Serve your
// shop at localhost, and give it the keys sk_test_playwright and pk_test_playwright with the
// sandbox as the host of the API.
import { expect, test } from '@playwright/test'

const sandbox = process.env.SANDBOX_URL ?? 'http://localhost:12111'

test('a card that asks the bank is paid', async ({ page }) => {
  await page.route('https://js.stripe.com/**', async (route) => {
    const script = await fetch(`${sandbox}/stripe.js`)
    await route.fulfill({ contentType: 'text/javascript', body: await script.text() })
  })
  await page.goto('http://localhost:3000/checkout')
  const form = page.frameLocator('iframe[src*="card-form"]').first()
  await form.getByLabel('Card number').fill('4000 0025 0000 3155')
  await form.getByLabel('Expiry').fill('12 / 40')
  await form.getByLabel('Security code').fill('123')
  await page.getByRole('button', { name: 'Pay' }).click()
  await page
    .frameLocator('iframe[src*="/_sandbox/3ds/"]')
    .getByRole('button', { name: /complete/i })
    .click()
  await expect(page.getByText('Thank you')).toBeVisible()
})
