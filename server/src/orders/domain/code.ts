// What a code is, and what a decision may know of codes. Pure.
import type { CodeTerms } from '@holdfast/contract'

export interface Code {
  readonly id: string
  readonly showId: string
  /** As it is compared. */
  readonly word: string
  readonly terms: CodeTerms
  /** No order takes it any more; those that have it keep their price. */
  readonly ended: boolean
}

/** The uses of a code that has a number of them. */
export interface CodePool {
  readonly id: string
  readonly uses: number
  readonly held: number
  readonly used: number
}

/** All that one decision may know of codes. */
export interface Codes {
  readonly byId: ReadonlyMap<string, Code>
  /** By `wordKey`. */
  readonly byWord: ReadonlyMap<string, string>
  readonly pools: ReadonlyMap<string, CodePool>
  /** Uses of codes that limit their buyers, by `codeBuyerKey`. */
  readonly ofBuyers: ReadonlyMap<string, number>
}

export const noCodes: Codes = { byId: new Map(), byWord: new Map(), pools: new Map(), ofBuyers: new Map() }

export const wordKey = (showId: string, word: string) => `${showId} ${word}`
export const codeBuyerKey = (codeId: string, who: string) => `${codeId} ${who}`
