// The schemas that others read are those that the code checks with.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderSchemas, schemaDirectory } from '../../scripts/generate-schemas.ts'
import { referencePath, renderReference } from '../../scripts/generate-webhook-reference.ts'

test('the JSON Schemas checked in are those of the code; otherwise run `npm run schemas`', () => {
  const found = new Map(
    readdirSync(schemaDirectory).map((name) => [name, readFileSync(join(schemaDirectory, name), 'utf8')]),
  )
  const wanted = renderSchemas()
  expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
  for (const [name, text] of wanted) expect([name, found.get(name)]).toEqual([name, text])
})

test('the page of public events is that of the code; otherwise run `npm run schemas`', () => {
  expect(readFileSync(referencePath, 'utf8')).toBe(renderReference())
})
