// What a show's page says about itself to search engines and to those who pass its link on. Text from organisers is escaped here.
import type { ShowView } from '@holdfast/contract'
import { currencyExponent } from '@holdfast/contract'

export function textToHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON that cannot end the script element it stands in. */
export function scriptSafeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

const descriptionMax = 200

function descriptionOf(show: ShowView): string {
  const text = (show.description ?? '').replace(/\s+/g, ' ').trim()
  const place = show.venue === null ? '' : ` · ${show.venue}`
  const when = `${show.startsAt.slice(0, 10)}${place}`
  const short = text.length > descriptionMax ? `${text.slice(0, descriptionMax - 1)}…` : text
  return short === '' ? when : `${when} · ${short}`
}

export function openGraphOf(show: ShowView, url: string): string {
  const title = textToHtml(show.title)
  const description = textToHtml(descriptionOf(show))
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

const eventStatus = { draft: 'EventScheduled', on_sale: 'EventScheduled', closed: 'EventScheduled', cancelled: 'EventCancelled' } as const

/** schema.org Event, as search engines read it. */
export function jsonLdOf(show: ShowView, url: string): Record<string, unknown> {
  const exponent = currencyExponent(show.currency)
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: show.title,
    startDate: show.startsAt,
    url,
    eventStatus: `https://schema.org/${eventStatus[show.status]}`,
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    ...(show.description ? { description: show.description } : {}),
    ...(show.venue ? { location: { '@type': 'Place', name: show.venue, address: show.venue } } : {}),
    offers: show.ticketTypes.map((type) => ({
      '@type': 'Offer',
      name: type.name,
      price: (type.priceMinor / 10 ** exponent).toFixed(exponent),
      priceCurrency: show.currency,
      url,
      availability: `https://schema.org/${show.status === 'on_sale' ? 'InStock' : 'OutOfStock'}`,
    })),
  }
}
