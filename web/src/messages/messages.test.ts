// Every language says everything, with the same parts to fill in.

import { errorDefinitions } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import opsDe from '../ops/messages/de.json' with { type: 'json' }
import opsEn from '../ops/messages/en.json' with { type: 'json' }
import organiserDe from '../organiser/messages/de.json' with { type: 'json' }
import organiserEn from '../organiser/messages/en.json' with { type: 'json' }
import buyersDe from '../pages/messages/de.json' with { type: 'json' }
import buyersEn from '../pages/messages/en.json' with { type: 'json' }
import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }

function flatten(messages: object, prefix = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value as object, `${prefix}${key}.`),
  )
}
const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].toSorted()

describe('messages', () => {
  const english = new Map([en, buyersEn, organiserEn, opsEn].flatMap((part) => flatten(part)))
  const german = new Map([de, buyersDe, organiserDe, opsDe].flatMap((part) => flatten(part)))

  it('exist in both languages', () => {
    expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  })

  it('have the same parts to fill in', () => {
    for (const [key, text] of english)
      expect(placeholders(german.get(key) ?? ''), key).toEqual(placeholders(text))
  })

  it('of an order that ended never say that nothing was charged: money may come late, and is given back', () => {
    for (const { checkout, order } of [
      { ...en, ...buyersEn },
      { ...de, ...buyersDe },
    ]) {
      const texts = flatten({
        cancel: checkout.cancelText,
        notCharged: checkout.notCharged,
        ended: checkout.ended,
        order: order.cancelled,
      })
      expect(
        texts.filter(([, text]) => /nothing (was|has been) charged|nichts abgebucht/i.test(text)),
      ).toEqual([])
    }
  })

  it('of problems are only for codes that the shop or the page can give', () => {
    const known = new Set([...Object.keys(errorDefinitions), 'network', 'bad_answer', 'cookies_blocked'])
    const told = [en, buyersEn, organiserEn, opsEn].flatMap(({ problems }) => Object.keys(problems))
    expect(told.filter((code) => !known.has(code))).toEqual([])
    expect(told).toEqual([...new Set(told)])
  })
})
