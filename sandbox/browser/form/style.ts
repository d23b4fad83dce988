// The look that a shop asks for: theme, variables and rules of the Appearance API, and the style of
// the classic elements. Only named classes and listed properties pass; everything is set through
// the CSSOM, as strict pages demand.
import type { FormConfig, StyleVariant } from '../protocol.ts'
import { isPlain } from './plain.ts'

const CLASSES = new Set(
  'Tab TabIcon TabLabel Label Input Error Block AccordionItem AccordionButton Checkbox CheckboxInput CheckboxLabel RadioIcon RadioIconOuter RadioIconInner TermsText Link Action'.split(
    ' ',
  ),
)
const PSEUDO = '(?::(?:hover|focus|focus-visible|active|disabled|autofill)|::(?:placeholder|selection))'
/**
 * One class of the form, perhaps in a state, perhaps with a pseudo-class; no ancestors, no
 * elements, no lists.
 */
const SELECTOR = new RegExp(`^\\.([A-Za-z]+)(?:--[A-Za-z]+)*${PSEUDO}*$`)

const PROPERTIES =
  /^(?:-webkit-font-smoothing|-moz-osx-font-smoothing|-webkit-text-fill-color|background-color|border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?|border-radius|border-(?:top|bottom)-(?:left|right)-radius|box-shadow|color|fill|fill-opacity|font(?:-(?:family|size|style|variant|weight))?|font-variant-.*|letter-spacing|line-height|margin(?:-(?:top|right|bottom|left))?|opacity|outline(?:-.*)?|padding(?:-(?:top|right|bottom|left))?|stroke|stroke-width|text-align|text-decoration|text-shadow|text-transform|transition(?:-.*)?)$/
const CLASSIC_PSEUDO = new Set([
  ':hover',
  ':focus',
  '::placeholder',
  '::selection',
  ':-webkit-autofill',
  ':disabled',
])

function kebab(name: string): string {
  return name
    .replace(/^(webkit|moz|Webkit|Moz)(?=[A-Z])/, '-$1')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function write(sheet: CSSStyleSheet, selector: string, properties: Record<string, unknown>): string[] {
  const rule = sheet.cssRules[sheet.insertRule(`${selector}{}`, sheet.cssRules.length)]
  if (!(rule instanceof CSSStyleRule)) return []
  const refused: string[] = []
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'object') continue
    const property = kebab(name)
    if (PROPERTIES.test(property) && !String(value).includes('url('))
      rule.style.setProperty(property, String(value))
    else if (name !== 'iconColor' && name !== 'fontSmoothing') refused.push(name)
  }
  return refused
}

/**
 * Rules of the Appearance API; what they may not say is ignored, and named for the page's console.
 */
function writeRules(sheet: CSSStyleSheet, rules: Record<string, Record<string, string>>): string[] {
  return Object.entries(rules).flatMap(([selector, properties]) => {
    const name = SELECTOR.exec(selector)?.[1]
    if (name === undefined || !CLASSES.has(name)) return [`rules: "${selector}" is not a supported selector`]
    return write(sheet, selector, properties).map(
      (property) => `rules: "${property}" is not supported in "${selector}"`,
    )
  })
}

const STATES = { base: '', complete: '.is-complete', empty: '.is-empty', invalid: '.is-invalid' } as const

function writeClassic(sheet: CSSStyleSheet, style: FormConfig['style']): string[] {
  return (['base', 'complete', 'empty', 'invalid'] as const).flatMap((state) => {
    const variant: StyleVariant = style[state] ?? {}
    const at = `.bare${STATES[state]} input`
    const refused = write(sheet, at, variant)
    for (const [pseudo, properties] of Object.entries(variant))
      if (typeof properties === 'object' && CLASSIC_PSEUDO.has(pseudo))
        refused.push(...write(sheet, `${at}${pseudo}`, properties))
    return refused.map((property) => `style: "${property}" is not a supported property`)
  })
}

let sheet: CSSStyleSheet | undefined

/** Applies the look and returns what of it was refused. */
export function applyLook(config: FormConfig): string[] {
  const { appearance } = config
  const { style, classList } = document.documentElement
  classList.toggle('night', appearance.theme === 'night')
  classList.toggle('flat', appearance.theme === 'flat')
  classList.toggle('still', appearance.disableAnimations === true)
  classList.toggle('floating', appearance.labels === 'floating')
  for (const name of Array.from(style)) if (name.startsWith('--')) style.removeProperty(name)
  const refused: string[] = []
  for (const [name, value] of Object.entries(appearance.variables ?? {})) {
    if (/^[A-Za-z0-9]+$/.test(name)) style.setProperty(`--${name}`, value)
    else refused.push(`variables: "${name}" is not a variable`)
  }
  const made = new CSSStyleSheet()
  refused.push(
    ...(config.kind === 'payment' || isPlain(config)
      ? writeRules(made, appearance.rules ?? {})
      : writeClassic(made, config.style)),
  )
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((each) => each !== sheet), made]
  sheet = made
  return refused
}
