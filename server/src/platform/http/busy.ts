// The answer to who comes when there is no room: problem details for programs, and for people a
// page that tries again by itself.
import { createHash } from 'node:crypto'
import type { ErrorCode } from '@holdfast/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ProblemExtras, sendProblem } from './problem.ts'

interface Busy extends ProblemExtras {
  readonly code: ErrorCode
}

const texts = {
  en: {
    title: 'The shop is busy',
    what: 'Many people are here right now. This page tries again by itself in a few seconds.',
    safe: 'Tickets on hold stay on hold until their time runs out, and no payment is lost.',
    again: 'Try again now',
  },
  de: {
    title: 'Gerade ist viel los',
    what: 'Viele Menschen sind gerade hier. Diese Seite versucht es in wenigen Sekunden von selbst noch einmal.',
    safe: 'Reservierte Tickets bleiben reserviert, solange die Zeit läuft, und keine Zahlung geht verloren.',
    again: 'Jetzt noch einmal versuchen',
  },
}

const style =
  'body{max-width:34rem;margin:18vh auto;padding:0 1.5rem;font:1.125rem/1.6 system-ui,sans-serif;color:#1c1b1f;background:#fff}h1{font-size:1.75rem;line-height:1.2}a{color:inherit}@media(prefers-color-scheme:dark){body{color:#eee;background:#16151a}}'
const styleHash = createHash('sha256').update(style).digest('base64')
/** Nothing but its own few lines of style. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** Pages that come back at one moment would be turned away together again. */
const spreadSeconds = 5

export function sendBusy(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, ...extras }: Busy,
): FastifyReply {
  const { retryAfterSeconds = 1 } = extras
  reply.header('cache-control', 'no-store')
  if (!isPage(request)) return sendProblem(reply, code, { ...extras, retryAfterSeconds })
  const seconds = retryAfterSeconds + 1 + Math.floor(Math.random() * spreadSeconds)
  return reply
    .code(503)
    .header('retry-after', String(seconds))
    .header('content-security-policy', policy)
    .header('vary', 'accept-language')
    .type('text/html; charset=utf-8')
    .send(busyPage(request.headers['accept-language'], seconds))
}

/** Whether a person waits for a page, and not a program for an answer. */
function isPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/api/') && headers.accept?.includes('text/html') === true
}

function busyPage(languages: string | undefined, seconds: number): string {
  const language = languages?.slice(0, 2).toLowerCase() === 'de' ? 'de' : 'en'
  const { title, what, safe, again } = texts[language]
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="${seconds}">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>${what}</p>
<p>${safe}</p>
<p><a href="">${again}</a></p>
</body>
</html>
`
}
