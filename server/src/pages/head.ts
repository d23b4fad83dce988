// What a show's page says about itself to search engines and to those who pass its link on. Text
// from organisers is escaped here.
import type { Availability, ShowView } from '@holdfast/contract'
import { allInMinor, currencyExponent, saleStateOf, salesEndAt } from '@holdfast/contract'

/** What is left of each type. */
export type Stock = Pick<Availability, 'ticketTypes'>

export function textToHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON that cannot end the script element it stands in. */
export function scriptSafeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

const descriptionMax = 200

const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
const time = { hour: '2-digit', minute: '2-digit' } as const
const localeOf = (language: string) => (language === 'en' ? 'en-GB' : language)

/** Day and time where the show is. */
function whenOf(
  { startsAt, timeZone }: ShowView,
  language: string,
  more: Intl.DateTimeFormatOptions = {},
): string {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    ...day,
    ...time,
    ...more,
    timeZone: knownZone(timeZone),
  })
  return format.format(Date.parse(startsAt))
}

const cancelledWord: Readonly<Record<string, string>> = { en: 'Cancelled', de: 'Abgesagt' }
const ifCancelled = ({ status }: ShowView, language: string) =>
  status === 'cancelled' ? (cancelledWord[language] ?? 'Cancelled') : null

function descriptionOf(show: ShowView, language: string): string {
  const text = (show.description ?? '').replace(/\s+/g, ' ').trim()
  const characters = [...text]
  const short =
    characters.length > descriptionMax ? `${characters.slice(0, descriptionMax - 1).join('')}…` : text
  // A link is read anywhere, so the zone's own offset stands beside the time.
  const when = whenOf(show, language, { timeZoneName: 'shortOffset' })
  return [ifCancelled(show, language), when, show.venue, short].filter(Boolean).join(' · ')
}

/** What other sites show of a link to the show, in the language of whoever asks. */
export function openGraphOf(show: ShowView, url: string, language: string): string {
  const title = textToHtml([ifCancelled(show, language), show.title].filter(Boolean).join(': '))
  const description = textToHtml(descriptionOf(show, language))
  return [
    `<title>${title} · Holdfast</title>`,
    `<meta name="description" content="${description}" />`,
    `<link rel="canonical" href="${textToHtml(url)}" />`,
    `<meta property="og:type" content="website" />`,
    `<meta property="og:site_name" content="Holdfast" />`,
    `<meta property="og:title" content="${title}" />`,
    `<meta property="og:description" content="${description}" />`,
    `<meta property="og:url" content="${textToHtml(url)}" />`,
    ...(show.status === 'draft' ? ['<meta name="robots" content="noindex" />'] : []),
  ].join('\n    ')
}

/**
 * What a reader came for, before any script has run: title, time, place, text, laid out as the page
 * will lay them out. The page's own code draws over it with the same classes, so that nothing
 * jumps.
 */
export function showTextOf(show: ShowView, language: string): string {
  const seated = show.ticketTypes.some((type) => type.seats)
  const when = whenOf(show, language)
  return [
    '<div class="flex min-h-dvh flex-col"><header class="mx-auto flex w-full max-w-column items-center justify-between gap-2 px-2 py-2 sm:px-4">',
    '<a href="/" class="inline-flex min-h-11 items-center gap-2 px-2 text-lead font-bold tracking-tight">Holdfast</a></header>',
    '<main class="mx-auto w-full max-w-column grow px-4 pt-2 pb-16 outline-none sm:px-6">',
    `<article class="grid gap-x-10 gap-y-6 pt-2 ${seated ? '' : 'lg:grid-cols-[minmax(0,1fr)_25rem]'}"><div class="min-w-0">`,
    `<div class="mb-6 w-full rounded-lg bg-sunken ${seated ? 'h-32 sm:h-40' : 'h-32 sm:h-56'}"></div>`,
    `<h1 dir="auto" class="text-display [overflow-wrap:anywhere]">${textToHtml(show.title)}</h1>`,
    `<p class="mt-4 font-semibold">${textToHtml(when)}</p>`,
    show.venue === null ? '' : `<p dir="auto">${textToHtml(show.venue)}</p>`,
    show.description === null
      ? ''
      : `<p dir="auto" class="mt-6 max-w-prose whitespace-pre-line">${textToHtml(show.description)}</p>`,
    '</div></article></main></div>',
  ].join('')
}

function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    // A zone that this runtime does not know: UTC is honest where a failed page would be useless.
    return 'UTC'
  }
}

function eventStatusOf({ status, previousStartsAt }: ShowView): string {
  if (status === 'cancelled') return 'EventCancelled'
  return previousStartsAt === undefined ? 'EventScheduled' : 'EventRescheduled'
}

/**
 * A start as the show's own wall clock with its offset: a search engine shows the day that stands in
 * the text.
 */
function localTimeOf(instant: string, timeZone: string): string {
  const atMs = Date.parse(instant)
  const zone = { timeZone: knownZone(timeZone) }
  const wall = new Intl.DateTimeFormat('sv', { ...zone, dateStyle: 'short', timeStyle: 'medium' }).format(
    atMs,
  )
  const parts = new Intl.DateTimeFormat('en', { ...zone, timeZoneName: 'longOffset' }).formatToParts(atMs)
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.slice('GMT'.length) ?? ''
  return `${wall.replace(' ', 'T')}${offset === '' ? '+00:00' : offset}`
}

/**
 * Held places may come back, so they are not sold out yet. `stock` is null where nobody tells what
 * is left.
 */
function offerStateOf(show: ShowView, stock: Stock | null, type: ShowView['ticketTypes'][number]): string {
  const { status } = show
  if (status === 'cancelled') return 'Discontinued'
  const left = stock?.ticketTypes.find(({ id }) => id === type.id)
  if (left && left.available === 0 && left.held === 0) return 'SoldOut'
  const window = saleStateOf(type, Date.now())
  if (status !== 'on_sale' || Date.now() >= Date.parse(salesEndAt(show)) || window === 'ended')
    return 'OutOfStock'
  if (window === 'waiting') return 'PreOrder'
  return left?.available === 0 ? 'LimitedAvailability' : 'InStock'
}

/** schema.org Event, as search engines read it. */
export function jsonLdOf(show: ShowView, url: string, stock: Stock | null): Record<string, unknown> {
  const exponent = currencyExponent(show.currency)
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: show.title,
    startDate: localTimeOf(show.startsAt, show.timeZone),
    ...(show.doorsAt ? { doorTime: localTimeOf(show.doorsAt, show.timeZone) } : {}),
    ...(show.endsAt ? { endDate: localTimeOf(show.endsAt, show.timeZone) } : {}),
    ...(show.leastAge ? { typicalAgeRange: `${show.leastAge}-` } : {}),
    ...(show.previousStartsAt
      ? { previousStartDate: localTimeOf(show.previousStartsAt, show.timeZone) }
      : {}),
    url,
    eventStatus: `https://schema.org/${eventStatusOf(show)}`,
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    ...(show.description ? { description: show.description } : {}),
    ...(show.venue ? { location: { '@type': 'Place', name: show.venue, address: show.venue } } : {}),
    offers: show.ticketTypes.map((type) => ({
      '@type': 'Offer',
      name: type.name,
      price: (allInMinor(type) / 10 ** exponent).toFixed(exponent),
      priceCurrency: show.currency,
      url,
      availability: `https://schema.org/${offerStateOf(show, stock, type)}`,
      ...(type.saleStartsAt === undefined ? {} : { validFrom: type.saleStartsAt }),
      ...(type.saleEndsAt === undefined ? {} : { validThrough: type.saleEndsAt }),
    })),
  }
}
