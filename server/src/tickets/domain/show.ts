// A show from its draft to its end: commands, facts, rejections; decide and evolve. Pure. Never
// counts stock.
import { type FactOf, salesEndAt } from '@holdfast/contract'
import { refuseOtherKind } from './asks.ts'
import { publishedShow } from './published.ts'
import { type Drafts, refuseDrafts, seatsIn } from './quotas.ts'
import { refuseSeller, type Seller, type SellerRejection, type SellersPolicy } from './seller.ts'
import { type ContentRefusal, refusePrices } from './selling-terms.ts'
import { type ProposedContent, refuseWithdrawal, type ShowContent, settleContent } from './show-content.ts'

type ShowFacts = ShowContent & {
  readonly id: string
  readonly organiserId: string
  readonly version: number
  /** Its seller is blocked: it sells nothing, whatever its status, and sells again afterwards. */
  readonly blocked: boolean
  /** The start with which it was first published; null before that. */
  readonly announcedStart: string | null
}
export type Show = ShowFacts &
  (
    | { readonly status: 'draft' }
    | { readonly status: 'on_sale'; readonly publishedAt: string }
    | { readonly status: 'closed'; readonly publishedAt: string }
    | { readonly status: 'cancelled'; readonly publishedAt: string | null }
  )
export type ShowStatus = Show['status']

/** `organiserId` is whoever asks. For anybody but the organiser the show is not there. */
interface Addressed {
  readonly showId: string
  readonly organiserId: string
}
interface Proposal {
  readonly content: ProposedContent
  /** How much an account keeps in drafts is limited. */
  readonly limited?: boolean
}
export type ShowCommand =
  | (Addressed & Proposal & { readonly type: 'DraftShow' })
  | (Addressed & Proposal & { readonly type: 'ChangeShow' })
  | (Addressed & { readonly type: 'DeleteDraft' })
  | (Addressed & { readonly type: 'PublishShow' })
  | (Addressed & { readonly type: 'CloseShow' })
  | (Addressed & { readonly type: 'CancelShow' })
  /** The seller was blocked, or is not any more: the show follows. */
  | (Addressed & { readonly type: 'SettleSeller' })

/**
 * Drafts are nobody's business yet, and details such as the venue do not matter to a sale: these
 * facts stay here.
 */
export type PrivateShowFact =
  | { readonly type: 'ShowDrafted'; readonly data: Addressed & { readonly content: ShowContent } }
  | {
      readonly type: 'ContentChanged'
      readonly data: { readonly showId: string; readonly content: ShowContent }
    }
  | { readonly type: 'DraftCancelled'; readonly data: { readonly showId: string } }
  | { readonly type: 'DraftDeleted'; readonly data: { readonly showId: string } }
  | { readonly type: 'SalesEnded'; readonly data: { readonly showId: string } }
  | {
      readonly type: 'SellerSettled'
      readonly data: { readonly showId: string; readonly blocked: boolean }
    }
export type ShowFact = FactOf<'ShowPublished' | 'ShowChanged' | 'ShowCancelled'> | PrivateShowFact

export type ShowRejection =
  | 'show_unknown'
  | 'show_not_draft'
  | 'show_cancelled'
  | 'show_past'
  | 'not_on_sale'
  | 'invalid_show'
  | 'quota_exceeded'
  | SellerRejection

export type ShowDecision =
  | { readonly facts: readonly ShowFact[]; readonly answer: Show }
  | { readonly rejection: ShowRejection; readonly detail?: string; readonly field?: string }

const invalid = ({ refusal, field }: ContentRefusal): ShowDecision => ({
  rejection: 'invalid_show',
  detail: refusal,
  ...(field === undefined ? {} : { field }),
})

/** What a decision may know of who sells. */
export interface SellerContext {
  readonly seller: Seller
  readonly policy: SellersPolicy
  /** What the seller keeps in drafts; not there where that is not limited. */
  readonly kept?: Drafts | undefined
}

/** Decides a command about one show; the answer is the show as it then is. */
export function decideShow(
  show: Show | undefined,
  command: ShowCommand,
  now: string,
  { seller, policy, kept }: SellerContext,
): ShowDecision {
  if (command.type === 'DraftShow') return show ? { facts: [], answer: show } : draftShow(command, now, kept)
  if (!show || show.organiserId !== command.organiserId) return { rejection: 'show_unknown' }
  switch (command.type) {
    case 'ChangeShow':
      return changeShow(show, command.content, now, kept)
    case 'PublishShow':
      return publishShow(show, now, refuseSeller(seller, policy))
    case 'CloseShow':
      return closeShow(show, now)
    case 'CancelShow':
      return cancelShow(show, now)
    case 'DeleteDraft':
      return deleteDraft(show, now)
    case 'SettleSeller':
      return settleSeller(show, seller.blocked, now)
  }
}

function accept(
  show: Show | undefined,
  facts: readonly [ShowFact, ...ShowFact[]],
  now: string,
): ShowDecision {
  const [first, ...rest] = facts
  return {
    facts,
    answer: rest.reduce((before, fact) => evolveShow(before, fact, now), evolveShow(show, first, now)),
  }
}

function draftShow(
  { showId, organiserId, content }: ShowCommand & { type: 'DraftShow' },
  now: string,
  kept: Drafts | undefined,
): ShowDecision {
  const settled = settleContent(content)
  if ('refusal' in settled) return invalid(settled)
  const refusal = refuseDrafts(kept, { drafts: 1, seats: seatsIn(settled.content) })
  if (refusal !== null) return { rejection: 'quota_exceeded', detail: refusal }
  return accept(
    undefined,
    [{ type: 'ShowDrafted', data: { showId, organiserId, content: settled.content } }],
    now,
  )
}

function changeShow(
  show: Show,
  proposed: ProposedContent,
  now: string,
  kept: Drafts | undefined,
): ShowDecision {
  if (show.status === 'cancelled') return { rejection: 'show_cancelled' }
  const settled = settleContent(proposed, show)
  if ('refusal' in settled) return invalid(settled)
  const { content } = settled
  const changed: ShowFact = { type: 'ContentChanged', data: { showId: show.id, content } }
  if (show.status === 'draft') {
    const tooMuch = refuseDrafts(kept, { drafts: 0, seats: seatsIn(content) - seatsIn(show) })
    if (tooMuch !== null) return { rejection: 'quota_exceeded', detail: tooMuch }
    return accept(show, [changed], now)
  }
  const refusal = refuseWithdrawal(show, content)
  if (refusal !== null) return { rejection: 'invalid_show', detail: refusal }
  const otherKind = refuseOtherKind(show.asks ?? {}, content.asks ?? {})
  if (otherKind !== null) return invalid(otherKind)
  const next: Show = { ...show, ...content }
  return accept(show, [changed, { type: 'ShowChanged', data: publishedShow(next) }], now)
}

function publishShow(show: Show, now: string, refusal: SellerRejection | null): ShowDecision {
  if (show.status === 'cancelled') return { rejection: 'show_cancelled' }
  if (show.status !== 'draft') return { rejection: 'show_not_draft' }
  if (refusal !== null) return { rejection: refusal }
  const until = salesEndAt({ ...show, ...show.evening })
  if (now >= until) return { rejection: 'show_past', detail: `sales end at ${until}` }
  // A draft of before may have a price that would be refused by now.
  const price = refusePrices(show)
  if (price !== null) return invalid(price)
  const published: Show = { ...show, status: 'on_sale', publishedAt: now }
  return accept(show, [{ type: 'ShowPublished', data: publishedShow(published) }], now)
}

function closeShow(show: Show, now: string): ShowDecision {
  if (show.status === 'cancelled') return { rejection: 'show_cancelled' }
  if (show.status === 'draft') return { rejection: 'not_on_sale' }
  if (show.status === 'closed') return { facts: [], answer: show }
  const ended: ShowFact = { type: 'SalesEnded', data: { showId: show.id } }
  const closed: Show = { ...show, status: 'closed' }
  return accept(show, [ended, { type: 'ShowChanged', data: publishedShow(closed) }], now)
}

function cancelShow(show: Show, now: string): ShowDecision {
  if (show.status === 'cancelled') return { facts: [], answer: show }
  if (show.status === 'draft')
    return accept(show, [{ type: 'DraftCancelled', data: { showId: show.id } }], now)
  return accept(show, [{ type: 'ShowCancelled', data: { showId: show.id } }], now)
}

/** What anybody ever saw stays: tickets may be sold. */
function deleteDraft(show: Show, now: string): ShowDecision {
  if (publishedAtOf(show) !== null) return { rejection: 'show_not_draft' }
  return accept(show, [{ type: 'DraftDeleted', data: { showId: show.id } }], now)
}

function settleSeller(show: Show, blocked: boolean, now: string): ShowDecision {
  if (show.blocked === blocked) return { facts: [], answer: show }
  const settled: ShowFact = { type: 'SellerSettled', data: { showId: show.id, blocked } }
  // What is not on sale is not touched: it neither sells now nor afterwards.
  if (show.status !== 'on_sale') return accept(show, [settled], now)
  const changed: ShowFact = { type: 'ShowChanged', data: publishedShow({ ...show, blocked }) }
  return accept(show, [settled, changed], now)
}

export function evolveShow(show: Show | undefined, fact: ShowFact, now: string): Show {
  if (fact.type === 'ShowDrafted') {
    const { showId, organiserId, content } = fact.data
    return {
      ...content,
      id: showId,
      organiserId,
      version: 1,
      blocked: false,
      announcedStart: null,
      status: 'draft',
    }
  }
  if (!show) throw new Error(`${fact.type} of a show that was not drafted`)
  const version = show.version + 1
  switch (fact.type) {
    case 'ContentChanged':
      // On a published show the ShowChanged that follows counts: one version for one change.
      return { ...show, ...fact.data.content, version: show.status === 'draft' ? version : show.version }
    case 'DraftCancelled':
    case 'DraftDeleted':
      return { ...show, version, status: 'cancelled', publishedAt: null }
    case 'ShowPublished':
      return { ...show, version, status: 'on_sale', publishedAt: now, announcedStart: show.startsAt }
    // The ShowChanged that follows counts: one version for one change.
    case 'SalesEnded':
      return { ...show, status: 'closed', publishedAt: publishedAtOf(show) ?? now }
    case 'SellerSettled':
      return { ...show, blocked: fact.data.blocked }
    case 'ShowChanged':
      return show.status === 'draft'
        ? { ...show, version, status: fact.data.onSale ? 'on_sale' : 'closed', publishedAt: now }
        : { ...show, version }
    case 'ShowCancelled':
      return { ...show, version, status: 'cancelled', publishedAt: publishedAtOf(show) }
  }
}

/** When the public first saw the show; null: never. */
export function publishedAtOf(show: Show): string | null {
  return show.status === 'draft' ? null : show.publishedAt
}

/** The start that was announced first, of a show that has another one now; else null. */
export function movedFrom({ announcedStart, startsAt }: Show): string | null {
  return announcedStart === startsAt ? null : announcedStart
}

/** Who may see a show: everybody once it was published, before that its staff. */
export function maySee(show: Show, isStaff: boolean): boolean {
  return publishedAtOf(show) !== null || isStaff
}
