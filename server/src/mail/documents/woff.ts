// Unpacks a WOFF font into the plain one that it holds. fontkit reads WOFF too, but inflates a whole
// table again for each glyph: half a minute for a name.
import { inflateSync } from 'node:zlib'

const headerBytes = 44
const entryBytes = 20
const plainHeaderBytes = 12
const plainEntryBytes = 16

export function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const directory = Buffer.alloc(plainHeaderBytes + count * plainEntryBytes)
  woff.copy(directory, 0, 4, 8)
  directory.writeUInt16BE(count, 4)
  const tables: Buffer[] = []
  let offset = directory.length
  for (let index = 0; index < count; index += 1) {
    const entry = headerBytes + index * entryBytes
    const [from, packed, length] = [entry + 4, entry + 8, entry + 12].map((at) => woff.readUInt32BE(at)) as [
      number,
      number,
      number,
    ]
    const stored = woff.subarray(from, from + packed)
    const table = packed < length ? inflateSync(stored) : stored
    const at = plainHeaderBytes + index * plainEntryBytes
    woff.copy(directory, at, entry, entry + 4)
    woff.copy(directory, at + 4, entry + 16, entry + 20)
    directory.writeUInt32BE(offset, at + 8)
    directory.writeUInt32BE(length, at + 12)
    const padding = Buffer.alloc((4 - (length % 4)) % 4)
    tables.push(table, padding)
    offset += length + padding.length
  }
  return Buffer.concat([directory, ...tables])
}
