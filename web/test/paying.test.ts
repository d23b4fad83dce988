// Payments whose end is not known, is taken back, or is asked for in vain: the page never says more
// than is certain.
import { afterEach, describe, expect, it } from 'vitest'
import { itLong } from '../../server/test/long.ts'
import { type Stage, useStage } from './stage.ts'
import {
  answerChallenge,
  enterCard,
  expectAccessible,
  failToRefresh,
  holdStanding,
  pay,
  shown,
  signIn,
} from './steps.ts'

const good = '4242424242424242'
const withChallenge = '4000000000003220'
const declinedAtCapture = '4000009999000014'
const declinedByLateBank = '4000009999000139'
const lateBankSeconds = 61

let shop: Stage['shop']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, page } = stage)
})
afterEach(() => shop.endFaults())

const holdOne = async () => {
  const { id } = await shop.publish({})
  await holdStanding(page, `${shop.url}/shows/${id}`, 1)
}
const payBy = async (card: string) => {
  await enterCard(page, card)
  await pay(page)
}
/**
 * Loads the checkout anew while the bank asks its question; the page looks what became of the
 * payment.
 */
const reloadInChallenge = async () => {
  await holdOne()
  await payBy(withChallenge)
  await page.frameLocator('dialog iframe').last().getByRole('button').first().waitFor()
  await page.reload()
  await shown(page, 'Please don’t pay again')
}
const tickets = () => page.getByRole('img', { name: /^QR code of ticket/ })

describe('a payment', () => {
  it('that the bank declines late is not called one that is in, and another card may follow', async () => {
    await holdOne()
    await payBy(declinedByLateBank)
    await shown(page, 'We’re checking with your bank')
    expect(await page.getByText('Your bank approved the payment').count()).toBe(0)
    await expectAccessible(page, 'checkout while the bank is asked')
    await shop.control('clock', { advance_seconds: lateBankSeconds })
    await shown(page, 'Your bank declined this card')
    await page.getByRole('timer').waitFor()
    await payBy(good)
    await tickets().waitFor()
  })

  it('that the processor does not answer asks the bank’s question as soon as there is one', async () => {
    await holdOne()
    await shop.control('faults', {
      kind: 'bad_gateway',
      when: 'before',
      op: 'payment_intents.create',
      times: 'always',
    })
    await payBy(withChallenge)
    await shown(page, 'We’re checking with your bank')
    await shop.endFaults()
    await answerChallenge(page, 'succeed')
    await tickets().waitFor()
  })

  it('that nobody knows the end of is not offered to be paid again by a page that is loaded anew', async () => {
    await holdOne()
    await shop.control('faults', {
      kind: 'bad_gateway',
      when: 'before',
      op: 'payment_intents.*',
      times: 'always',
    })
    await payBy(good)
    await shown(page, 'We’re checking with your bank')
    await page.reload()
    await shown(page, 'Please don’t pay again')
    expect(await page.getByRole('button', { name: /^Pay / }).count()).toBe(0)
    await expectAccessible(page, 'checkout loaded anew while nobody knows')
    await shop.endFaults()
    await tickets().waitFor()
  })

  itLong('whose page is loaded anew in the middle of the bank’s question is asked it again', async () => {
    await reloadInChallenge()
    await answerChallenge(page, 'succeed')
    await tickets().waitFor()
  })

  it('whose question is failed after that leads back to the form', async () => {
    await reloadInChallenge()
    await answerChallenge(page, 'fail')
    await page.getByRole('timer').waitFor()
    await payBy(good)
    await tickets().waitFor()
  })

  it('that the bank takes back when it is captured leads back to the form, with the time that is left', async () => {
    await holdOne()
    await payBy(declinedAtCapture)
    await shown(page, 'The payment didn’t go through')
    await page.getByRole('timer').waitFor()
    await expectAccessible(page, 'checkout after a payment that was taken back')
    await payBy(good)
    await tickets().waitFor()
  })
})

describe('what is on the page stays when asking for it again fails', () => {
  it('the card form in the middle of the bank’s question, and the tickets at the door', async () => {
    await holdOne()
    await payBy(withChallenge)
    const question = page.frameLocator('dialog iframe').last().getByRole('button').first()
    await question.waitFor()
    await failToRefresh(page, '**/api/orders/*', async () => expect(await question.isVisible()).toBe(true))
    await answerChallenge(page, 'succeed')
    await tickets().waitFor()
    await failToRefresh(page, '**/api/orders/*', async () => expect(await tickets().count()).toBe(1))
    await page.getByRole('link', { name: 'Receipt' }).click()
    await shown(page, 'Paid by card.')
    await failToRefresh(page, '**/api/orders/*', async () =>
      expect(await page.getByText('Paid by card.').count()).toBe(1),
    )
  })

  itLong('what an organiser has typed', async () => {
    const { id } = await shop.publish({})
    await signIn(page, shop)
    await page.goto(`${shop.url}/organiser/shows/${id}/edit`)
    await page.getByLabel('Title').fill('Half a sentence')
    const keepsWords = async () => expect(await page.getByLabel('Title').inputValue()).toBe('Half a sentence')
    await failToRefresh(page, '**/api/shows/*', keepsWords)
    await failToRefresh(page, '**/api/users/current', keepsWords)
  })
})
