// Small HTML helpers: escaped templates and the headers of every page. Pages carry no inline script
// or style.

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A template whose values are escaped unless they are HTML themselves. */
export function html(strings: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  const parts = strings.map((part, index) => {
    const value = values[index]
    if (value === undefined) return part
    if (value instanceof Html) return part + value.text
    if (Array.isArray(value)) return part + value.map((item) => item.text).join('')
    return part + escapeHtml(String(value))
  })
  return new Html(parts.join(''))
}

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // With `no-referrer` a form of this page would be sent without its origin, as if by a foreign
  // page.
  'referrer-policy': 'same-origin',
}

/** `frames` lists who may embed the page; nobody by default. */
export function pageHeaders(
  frames: "'none'" | '*' = "'none'",
  formAction = "'self'",
): Record<string, string> {
  const ancestors = frames === '*' ? '' : ` frame-ancestors ${frames};`
  return {
    ...PAGE_HEADERS,
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';${ancestors} base-uri 'none'; form-action ${formAction}`,
  }
}
