// The one layout of all mails: blocks become a table-based HTML page, which mail programs of twenty
// years show, and a text with the same content. All text is escaped here and nowhere else.
import type { Language } from '@holdfast/contract'

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Names with values, one to a line. */
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: 'tickets'
      readonly title: string
      readonly codeName: string
      readonly items: readonly {
        readonly name: string
        readonly place: string | null
        readonly code: string | null
      }[]
    }
  | { readonly kind: 'button'; readonly text: string; readonly url: string }

export interface Letter {
  readonly language: Language
  readonly subject: string
  readonly blocks: readonly Block[]
  /** Below everything: why somebody gets this mail. */
  readonly footer: string
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)

/** Of people’s own words: their direction is theirs. */
const own = (text: string) => `<bdi>${escapeHtml(text)}</bdi>`

const light = { paper: '#fbf9f4', surface: '#ffffff', ink: '#16211f', soft: '#4c5a57', line: '#dfdbd0' }
const dark = { paper: '#0d1413', surface: '#141d1b', ink: '#eef2ec', soft: '#a9b6b1', line: '#2a3733' }
const accent = { light: '#0f5c50', onLight: '#ffffff', dark: '#6fcfb8', onDark: '#06231d' }
const font = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const code = 'font-family:Menlo,Consolas,monospace'

const style = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
a{color:inherit}
@media (max-width:620px){.card{padding:24px 20px!important}.outer{padding:12px 8px!important}.value{padding-left:12px!important}}
@media (prefers-color-scheme:dark){
.outer{background:${dark.paper}!important}
.card{background:${dark.surface}!important;border-color:${dark.line}!important}
.ink{color:${dark.ink}!important}
.soft{color:${dark.soft}!important}
.rule{border-color:${dark.line}!important}
.button{background:${accent.dark}!important}
.button a{color:${accent.onDark}!important}
}`

const cell = (className: string, css: string, content: string) =>
  `<tr><td class="${className}" style="${css}">${content}</td></tr>`
const ink = `${font};color:${light.ink}`
const soft = `${font};color:${light.soft}`

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return cell(
        'ink',
        `${ink};font-size:24px;line-height:30px;font-weight:600;padding:0 0 12px`,
        `<h1 style="margin:0;font-size:24px;line-height:30px;font-weight:600;overflow-wrap:anywhere">${own(block.text)}</h1>`,
      )
    case 'text':
      return cell(
        'ink',
        `${ink};font-size:16px;line-height:24px;padding:0 0 16px;overflow-wrap:anywhere`,
        escapeHtml(block.text),
      )
    case 'facts':
      return `<tr><td style="padding:0 0 20px"><table role="presentation" cellpadding="0" cellspacing="0" width="100%">${block.rows.map(factRow).join('')}</table></td></tr>`
    case 'tickets':
      return ticketsHtml(block)
    case 'button':
      return `<tr><td style="padding:4px 0 20px"><table role="presentation" cellpadding="0" cellspacing="0"><tr><td class="button" style="background:${accent.light};border-radius:10px"><a href="${escapeHtml(block.url)}" style="${font};display:inline-block;padding:12px 22px;font-size:16px;line-height:20px;font-weight:600;text-decoration:none;color:${accent.onLight}">${escapeHtml(block.text)}</a></td></tr></table></td></tr>`
  }
}

function factRow([name, value]: readonly [string, string]): string {
  const css = `border-bottom:1px solid ${light.line};padding:8px 0;font-size:15px;line-height:22px;vertical-align:top`
  return `<tr><td class="soft rule" style="${soft};${css};white-space:nowrap">${escapeHtml(name)}</td><td class="ink rule value" align="right" style="${ink};${css};padding-left:24px;overflow-wrap:anywhere">${own(value)}</td></tr>`
}

function ticketsHtml({ title, codeName, items }: Block & { kind: 'tickets' }): string {
  const rows = items.map(({ name, place, code: ticketCode }) => {
    const details = place === null ? '' : `<br><span class="soft" style="${soft}">${own(place)}</span>`
    const shown =
      ticketCode === null
        ? ''
        : `<br><span class="soft" style="${soft};font-size:13px">${escapeHtml(codeName)}</span><br><span class="ink" style="${code};color:${light.ink};font-size:14px;letter-spacing:0.5px;word-break:break-all">${escapeHtml(ticketCode)}</span>`
    return cell(
      'ink rule',
      `${ink};font-size:16px;line-height:22px;padding:12px 0;border-bottom:1px solid ${light.line};overflow-wrap:anywhere`,
      `<strong>${own(name)}</strong>${details}${shown}`,
    )
  })
  return `<tr><td style="padding:0 0 20px"><table role="presentation" cellpadding="0" cellspacing="0" width="100%">${cell('soft', `${soft};font-size:14px;line-height:20px;padding:0 0 4px`, escapeHtml(title))}${rows.join('')}</table></td></tr>`
}

export function renderHtml({ language, subject, blocks, footer }: Letter): string {
  const card = `<table role="presentation" cellpadding="0" cellspacing="0" width="100%">${blocks.map(htmlOf).join('')}</table>`
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escapeHtml(subject)}</title><style>${style}</style></head>
<body style="margin:0;padding:0" class="outer"><table role="presentation" class="outer" cellpadding="0" cellspacing="0" width="100%" style="background:${light.paper}"><tr><td align="center" class="outer" style="padding:32px 16px"><table role="presentation" cellpadding="0" cellspacing="0" width="100%" style="max-width:560px"><tr><td class="card" style="background:${light.surface};border:1px solid ${light.line};border-radius:16px;padding:32px">${card}</td></tr><tr><td class="soft" style="${soft};font-size:13px;line-height:20px;padding:16px 4px;overflow-wrap:anywhere">${escapeHtml(footer)}</td></tr></table></td></tr></table></body></html>
`
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.text}\n${'='.repeat(Math.min(60, [...block.text].length))}`
    case 'text':
      return block.text
    case 'facts':
      return block.rows.map(([name, value]) => `${name}: ${value}`).join('\n')
    case 'tickets':
      return [
        `${block.title}:`,
        ...block.items.map(({ name, place, code: ticketCode }) =>
          [
            `* ${name}${place === null ? '' : `, ${place}`}`,
            ...(ticketCode === null ? [] : [`  ${block.codeName}: ${ticketCode}`]),
          ].join('\n'),
        ),
      ].join('\n')
    case 'button':
      return `${block.text}:\n${block.url}`
  }
}

export function renderText({ blocks, footer }: Letter): string {
  return `${[...blocks.map(textOf), `-- \n${footer}`].join('\n\n')}\n`
}
