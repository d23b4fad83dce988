// A newcomer buys, in a real browser on a real shop with a real card form.
import { describe, expect, it } from 'vitest'
import { itLong } from '../../server/test/long.ts'
import { type Stage, useStage } from './stage.ts'
import {
  answerChallenge,
  chooseStanding,
  enterCard,
  expectAccessible,
  expectTickets,
  holdStanding,
  pay,
  shown,
} from './steps.ts'
import { seatedType } from './web-shop.ts'

let shop: Stage['shop']
let watched: Stage['watched']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, watched, page } = stage)
})

/** What stands for an order on its pages. */
const codePattern = /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/

const urlOf = (show: { id: string }) => `${shop.url}/shows/${show.id}`

describe('buying a ticket', () => {
  it('goes from the list to tickets with QR codes, past a declined card that keeps the hold', async () => {
    await shop.publish({ title: 'From list to ticket' })
    await page.goto(shop.url)
    await shown(page, 'From list to ticket')
    await expectAccessible(page, 'list of shows')
    await page.getByRole('link', { name: 'From list to ticket' }).click()
    await shown(page, '<b>Text is text.</b>')
    await expectAccessible(page, 'show page')
    await chooseStanding(page, 2)
    await page.getByRole('button', { name: 'Hold 2 tickets' }).click()
    await page.waitForURL(/\/checkout\//)
    await enterCard(page, '4000000000009995')
    await expectAccessible(page, 'checkout')
    await pay(page)
    await shown(page, 'Not enough money on this card')
    await shown(page, 'Your tickets are still held.')
    await expectAccessible(page, 'checkout after a decline')
    await enterCard(page, '4242424242424242')
    await pay(page)
    await page.waitForURL(/\/orders\//)
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
    await expectTickets(page, 2)
    await shown(page, 'Your tickets are in your email too.')
    await expectAccessible(page, 'order with tickets')
    const code = await page.getByText(codePattern).innerText()
    await page.getByRole('link', { name: 'Receipt' }).click()
    await shown(page, 'Paid by card.')
    await shown(page, code)
    await expectAccessible(page, 'receipt')
    await page.getByRole('link', { name: 'My orders' }).click()
    await page.getByRole('link', { name: 'From list to ticket' }).waitFor()
    await expectAccessible(page, 'my orders')
  })

  itLong('stops at the limit of an order, and says so', async () => {
    await page.goto(urlOf(await shop.publish({ maxPerOrder: 2 })))
    await chooseStanding(page, 1)
    expect(await page.getByText('Up to 2 tickets per order').count()).toBe(0)
    await chooseStanding(page, 1)
    await shown(page, 'Up to 2 tickets per order')
    expect(await page.getByRole('button', { name: 'One more: Standing' }).isDisabled()).toBe(true)
    await expectAccessible(page, 'show page at the limit of an order')
  })

  it('takes a new price from its stream and says so; at one that it has not heard of yet it holds nothing', async () => {
    const show = await shop.publish({})
    await page.goto(urlOf(show))
    await chooseStanding(page, 2)
    await shown(page, '€90.00')
    await shop.reprice(show, 5_000)
    await shown(page, 'Standing is now €50.00 instead of €45.00.')
    await shown(page, '€100.00')
    await page.route(
      '**/api/orders',
      async (route) => {
        await shop.reprice(show, 5_500)
        await route.continue()
      },
      { times: 1 },
    )
    await page.getByRole('button', { name: 'Hold 2 tickets' }).click()
    await shown(page, 'the new total is €110.00')
    await shown(page, 'Standing is now €55.00 instead of €45.00.')
    await expectAccessible(page, 'show page with a new price')
    await page.getByRole('button', { name: 'Hold 2 tickets' }).click()
    await page.waitForURL(/\/checkout\//)
    await shown(page, '€110.00')
  })

  it('ends at the start of the show, also on a page that is open', async () => {
    const startsAt = new Date(Date.now() + 6_000).toISOString()
    await page.goto(urlOf(await shop.publish({ startsAt })))
    await page.getByRole('button', { name: 'One more: Standing' }).waitFor()
    await shown(page, 'This show has already started')
    expect(await page.getByRole('button', { name: 'One more: Standing' }).count()).toBe(0)
  })

  it('asks again after a failed 3-D Secure challenge, and goes on after one that is passed', async () => {
    await holdStanding(page, urlOf(await shop.publish({})), 1)
    await enterCard(page, '4000000000003220')
    await pay(page)
    await answerChallenge(page, 'fail')
    await shown(page, 'Your bank didn’t confirm the payment')
    await enterCard(page, '4000000000003220')
    await pay(page)
    await answerChallenge(page, 'succeed')
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
  })

  it('can be done with the keyboard alone, on the seat map too', async () => {
    const show = await shop.publish({ title: 'By keyboard', ticketTypes: [seatedType()] })
    await page.goto(urlOf(show))
    await page.getByRole('checkbox').first().waitFor()
    const tabTo = async (what: string, reached: () => Promise<boolean>) => {
      for (let presses = 0; presses < 60; presses += 1) {
        if (await reached()) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`Tab never reached ${what}`)
    }
    const focusIs = (selector: string) => () =>
      page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
    await tabTo('the seat map', focusIs('[role=checkbox]'))
    for (const key of ['ArrowRight', 'ArrowDown', ' ', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
    await shown(page, 'Stalls row B seat 2')
    await shown(page, 'Stalls row B seat 3')
    await expectAccessible(page, 'seat map with a choice')
    await tabTo('the e-mail field', focusIs('input[type=email]'))
    await page.keyboard.type('keys@example.org')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/checkout\//)
    await page.frameLocator('iframe').getByLabel('Card number').waitFor()
    const cardField = (id: string) => async () =>
      (await page
        .frames()
        .at(-1)
        ?.evaluate(() => document.activeElement?.id)) === id
    for (const [field, text] of [
      ['number', '4242424242424242'],
      ['expiry', '1234'],
      ['cvc', '123'],
    ] as const) {
      await tabTo(`the card's ${field}`, cardField(field))
      await page.keyboard.type(text)
    }
    await tabTo('the button that pays', focusIs('button[type=submit]'))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
  })
})

describe('a guest', () => {
  it('stays the same buyer when another tab, which knows of nobody, gives another address', async () => {
    const url = urlOf(await shop.publish({}))
    const second = await watched.page()
    await second.goto(url)
    await chooseStanding(second, 1, 'other@example.org')
    await holdStanding(page, url, 1)
    await enterCard(page, '4000000000003220')
    await pay(page)
    await second.getByRole('button', { name: 'Hold 1 ticket' }).click()
    await second.waitForURL(/\/checkout\//)
    await answerChallenge(page, 'succeed')
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
    await page.getByRole('link', { name: 'Receipt' }).click()
    await page.reload()
    await shown(page, 'fan@example.org')
    await page.goto(second.url())
    await page.getByRole('button', { name: 'Release tickets' }).waitFor()
  })

  it('is told before they sign in or out what becomes of their orders', async () => {
    const url = urlOf(await shop.publish({}))
    await holdStanding(page, url, 1)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await shown(page, 'You have guest orders in this browser')
    await expectAccessible(page, 'sign in as a guest with orders')
    await page.getByRole('main').getByRole('link', { name: 'My orders' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await shown(page, 'The link in your email opens paid orders again.')
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click()
    await page.getByRole('link', { name: 'The Tide' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${shop.url}/`)
    await page.goto(`${shop.url}/orders`)
    await shown(page, 'No orders in this browser')
  })
})

describe('a hold', () => {
  itLong(
    'tells when it has ended while the page is open, and that it is not paid for, late money included',
    async () => {
      await holdStanding(page, urlOf(await shop.publish({ holdSeconds: 3 })), 1)
      await shown(page, 'Your hold has expired')
      await shown(page, 'a payment that still arrives is refunded in full')
      await expectAccessible(page, 'ended hold')
      const checkoutUrl = page.url()
      const orderUrl = checkoutUrl.replace('/checkout/', '/orders/')
      await page.goto(`${orderUrl}/receipt`)
      await page.getByRole('heading', { name: 'Receipt' }).waitFor()
      await shown(page, 'Not paid – this is not a proof of purchase.')
      expect(await page.getByText('Paid by card.').count()).toBe(0)
      await page.goto(orderUrl)
      await shown(page, 'a payment that still arrives is refunded in full')
      await page.goto(checkoutUrl)
      await page.getByRole('link', { name: 'Choose tickets again' }).click()
      await page.getByRole('button', { name: 'One more: Standing' }).waitFor()
    },
  )

  it('gets a little more time, and says so, when the bank is still asking at the deadline', async () => {
    await holdStanding(page, urlOf(await shop.publish({ holdSeconds: 5 })), 1)
    await enterCard(page, '4000000000003220')
    await pay(page)
    await page.frameLocator('dialog iframe').last().locator('button[value=succeed]').waitFor()
    await page.getByText('You have a little more time').waitFor()
    await shown(page, 'This is the only extension.')
    await answerChallenge(page, 'succeed')
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
  })

  it('of free tickets is complete at once, with no card', async () => {
    const show = await shop.publish({ ticketTypes: [{ name: 'Standing', priceMinor: 0, capacity: 10 }] })
    await page.goto(urlOf(show))
    await chooseStanding(page, 1)
    await shown(page, 'You get them right away, with nothing to pay.')
    await page.getByRole('button', { name: 'Get 1 ticket' }).click()
    await page.getByRole('heading', { name: 'You’re going' }).waitFor()
    await page.getByRole('img', { name: /^QR code of ticket/ }).waitFor()
    await page.getByRole('link', { name: 'Receipt' }).click()
    await shown(page, 'Free of charge.')
    expect(await page.getByText('Paid by card.').count()).toBe(0)
  })

  it('that was bought tells when its show was cancelled, or is over', async () => {
    const show = await shop.publish({ ticketTypes: [{ name: 'Standing', priceMinor: 0, capacity: 10 }] })
    await page.goto(urlOf(show))
    await chooseStanding(page, 1)
    await page.getByRole('button', { name: 'Get 1 ticket' }).click()
    await page.getByRole('img', { name: /^QR code/ }).waitFor()
    await shop.begin(show.id, 7)
    await page.reload()
    await page.getByRole('heading', { name: 'This show is over' }).waitFor()
    await shop.cancel(show.id)
    await page.reload()
    await page.getByRole('heading', { name: 'This show has been cancelled' }).waitFor()
    await shown(page, 'Keep your tickets until the money is back.')
    await expectAccessible(page, 'order of a cancelled show')
  })

  itLong(
    'is the same in a second tab of the buyer, and ends in both when it is given back in one',
    async () => {
      const url = urlOf(await shop.publish({}))
      await holdStanding(page, url, 2)
      const second = await watched.page()
      await second.goto(url)
      await second.getByText('You’re holding 2 tickets for this show').waitFor()
      await second.getByRole('link', { name: 'Back to your order' }).click()
      await second.getByRole('button', { name: 'Release tickets' }).click()
      await second.getByRole('button', { name: 'Release them' }).click()
      await shown(second, 'You released these tickets')
      await shown(page, 'You released these tickets')
    },
  )

  it('loses a chosen seat on the spot when somebody else takes it, and says which', async () => {
    const show = await shop.publish({ ticketTypes: [seatedType()] })
    const [type] = show.ticketTypes
    const seat = type?.seats?.find(({ row, number }) => row === 'A' && number === '7')
    await page.goto(urlOf(show))
    await page.getByRole('checkbox', { name: /row A seat 7/ }).click()
    await page.getByText('1 ticket', { exact: true }).waitFor()
    await shop.hold(show.id, { ticketTypeId: type?.id ?? '', seatIds: [seat?.id ?? ''] })
    await shown(page, 'This seat was just taken: Stalls row A seat 7')
    await page.getByText('Nothing selected').waitFor()
    await page.getByRole('checkbox', { name: /row A seat 7.*Taken/ }).waitFor()
    await page.getByRole('button', { name: 'List' }).click()
    expect(await page.getByRole('checkbox', { name: /Seat 7/ }).count()).toBe(1)
    await expectAccessible(page, 'list of seats')
  })
})
