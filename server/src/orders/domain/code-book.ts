// The codes of a show: how they are made, changed and ended. Pure.
import { amountFault, type CodeTerms } from '@holdfast/contract'
import { type Code, type CodePool, type Codes, wordKey } from './code.ts'
import { discountOf } from './codes.ts'
import type { Sale } from './stock.ts'

export interface NewCode {
  readonly id: string
  readonly word: string
  /** Null: any number. */
  readonly uses: number | null
}

export type CodeCommand =
  | {
      readonly type: 'MakeCodes'
      readonly showId: string
      readonly terms: CodeTerms
      readonly codes: readonly NewCode[]
    }
  | {
      readonly type: 'ChangeCode'
      readonly showId: string
      readonly codeId: string
      readonly uses?: number
      readonly validUntil?: string
      readonly ended?: true
    }

/** Private: nobody but orders knows of codes. */
export type CodeFact = {
  readonly type: 'CodeSet'
  readonly data: { readonly code: Code; readonly pool: CodePool | null }
}

export type CodeBookRejection = 'show_unknown' | 'code_unknown' | 'code_taken' | 'invalid_code'
export type CodeDecision =
  | { readonly facts: readonly CodeFact[] }
  | { readonly rejection: CodeBookRejection; readonly detail?: string; readonly field?: string }

export function decideCodes(sale: Sale | undefined, command: CodeCommand, known: Codes): CodeDecision {
  if (!sale) return { rejection: 'show_unknown' }
  return command.type === 'MakeCodes' ? makeCodes(sale, command, known) : changeCode(command, known)
}

function makeCodes(
  sale: Sale,
  { terms, codes }: Extract<CodeCommand, { type: 'MakeCodes' }>,
  known: Codes,
): CodeDecision {
  const fault = faultOf(terms, sale)
  if (fault) return { rejection: 'invalid_code', ...fault }
  const taken = codes.find(({ word }) => known.byWord.has(wordKey(sale.showId, word)))
  if (taken) return { rejection: 'code_taken', detail: taken.word }
  return {
    facts: codes.map(({ id, word, uses }) => ({
      type: 'CodeSet',
      data: {
        code: { id, showId: sale.showId, word, terms, ended: false },
        pool: uses === null ? null : { id, uses, held: 0, used: 0 },
      },
    })),
  }
}

function changeCode(
  { showId, codeId, uses, validUntil, ended }: Extract<CodeCommand, { type: 'ChangeCode' }>,
  known: Codes,
): CodeDecision {
  const code = known.byId.get(codeId)
  if (!code || code.showId !== showId) return { rejection: 'code_unknown' }
  const pool = known.pools.get(codeId) ?? null
  if (uses !== undefined && pool === null)
    return {
      rejection: 'invalid_code',
      detail: 'this code was made without a number of uses',
      field: '/uses',
    }
  const changed = {
    ...code,
    terms: { ...code.terms, ...(validUntil === undefined ? {} : { validUntil }) },
    ended: code.ended || ended === true,
  }
  // What is held and used stays: the number becomes that.
  const moved =
    pool === null || uses === undefined ? pool : { ...pool, uses: Math.max(uses, pool.held + pool.used) }
  return { facts: [{ type: 'CodeSet', data: { code: changed, pool: moved } }] }
}

function faultOf(terms: CodeTerms, sale: Sale): { readonly detail: string; readonly field?: string } | null {
  const { percentBps, amountMinor, priceMinor, per, unlocks = [], ticketTypeIds = [] } = terms
  const kinds = [percentBps, amountMinor, priceMinor].filter((value) => value !== undefined)
  if (kinds.length > 1) return { detail: 'give one of percentBps, amountMinor and priceMinor' }
  if (discountOf(terms) === null && unlocks.length === 0)
    return { detail: 'the code takes nothing off and unlocks nothing' }
  if (priceMinor !== undefined && per === 'order')
    return { detail: 'a fixed price is for each ticket', field: '/per' }
  for (const [field, minor] of [
    ['amountMinor', amountMinor],
    ['priceMinor', priceMinor],
  ] as const) {
    if (minor !== undefined && amountFault(minor, sale.currency) === 'step')
      return { detail: 'the currency has no such part', field: `/${field}` }
  }
  const types = new Map(sale.types.map((type) => [type.id, type]))
  const stranger = [...ticketTypeIds, ...unlocks].find((id) => !types.has(id))
  if (stranger !== undefined) return { detail: `the show has no ticket type ${stranger}` }
  const shown = unlocks.find((id) => types.get(id)?.hidden !== true)
  if (shown !== undefined)
    return { detail: `“${types.get(shown)?.name ?? ''}” is not hidden`, field: '/unlocks' }
  const { validFrom, validUntil } = terms
  if (validFrom !== undefined && validUntil !== undefined && validUntil <= validFrom)
    return { detail: 'the code must begin before it ends', field: '/validUntil' }
  return null
}
