// A page to draw on: text in any script, boxes and codes. Noto Sans has Latin, Greek, Cyrillic and
// Vietnamese; what it lacks is drawn with Unifont, which has a glyph for everything, so that no name
// becomes a row of empty boxes. Knows no ticket.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import encodeQr from 'qr'
import { unpackWoff } from './woff.ts'

const find = createRequire(import.meta.url).resolve
const files = {
  regular: '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf',
  bold: '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf',
  anything: '@fontsource/unifontex/files/unifontex-latin-400-normal.woff',
} as const
type Face = 'regular' | 'bold'

export interface TextStyle {
  readonly size: number
  readonly face?: Face
  readonly color?: string
  /** How many lines at most; the last one ends with an ellipsis. */
  readonly lines?: number
  readonly align?: 'left' | 'right'
}

/** What pdfkit keeps of the font in use and does not type. */
interface OpenDocument {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } }
}

let unpacked: Buffer | undefined
/** Unpacked once for all documents. */
function anything(): Buffer {
  unpacked ??= unpackWoff(readFileSync(find(files.anything)))
  return unpacked
}

export interface Paper {
  readonly document: PDFKit.PDFDocument
  /** Writes a text within `width`; tells how high it became. */
  write(text: string, at: { x: number; y: number; width: number }, style: TextStyle): number
  qr(text: string, at: { x: number; y: number; size: number }): void
}

const ink = '#16211f'

export function makePaper(options: PDFKit.PDFDocumentOptions): Paper {
  const document = new PDFDocument({ autoFirstPage: false, pdfVersion: '1.7', tagged: true, ...options })
  for (const [name, file] of Object.entries(files))
    if (name !== 'anything') document.registerFont(name, find(file))
  let isAnythingThere = false

  const hasGlyph = (face: Face, codePoint: number): boolean => {
    document.font(face)
    return (document as unknown as OpenDocument)._font.font.hasGlyphForCodePoint(codePoint)
  }
  const fontOf = (face: Face, text: string): string => {
    const isKnown = [...text].every((sign) => hasGlyph(face, sign.codePointAt(0) ?? 0))
    if (isKnown) return face
    // Opened when it is needed: it is large.
    if (!isAnythingThere) document.registerFont('anything', anything())
    isAnythingThere = true
    return 'anything'
  }

  return {
    document,
    write(text, { x, y, width }, { size, face = 'regular', color = ink, lines = 3, align = 'left' }) {
      // A whole text in one font: mixed ones would break words at every border.
      const shown = text.normalize('NFC').replaceAll(/\s+/g, ' ')
      document.font(fontOf(face, shown)).fontSize(size).fillColor(color)
      const lineHeight = document.currentLineHeight(true)
      document.text(shown, x, y, { width, height: lineHeight * lines, ellipsis: true, align })
      return Math.min(document.heightOfString(shown, { width }), lineHeight * lines)
    },
    qr(text, { x, y, size }) {
      const modules = encodeQr(text, 'raw', { ecc: 'medium', border: 1 })
      const step = size / modules.length
      document.save().fillColor('#000000')
      // A hair wider than a module: no light between two dark ones on paper.
      for (const [row, line] of modules.entries())
        for (const [column, isDark] of line.entries())
          if (isDark) document.rect(x + column * step, y + row * step, step + 0.05, step + 0.05)
      document.fill().restore()
    },
  }
}

/** The whole file. */
export async function finish({ document }: Paper): Promise<Buffer> {
  const parts: Buffer[] = []
  document.on('data', (part: Buffer) => parts.push(part))
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve)
    document.on('error', reject)
  })
  document.end()
  await ended
  return Buffer.concat(parts)
}
