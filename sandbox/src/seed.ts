// Objects that a test or a demo finds at the start: a file of API calls in the form of the fixtures
// of Stripe's own CLI. A file is applied once per store; a start that was cut short goes on where
// it was, because each call has its own key.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { MAIN_NAME } from './api/auth.ts'
import type { Handler } from './http/server.ts'
import type { Namespaces } from './namespaces.ts'

interface Fixture {
  name: string
  path: string
  method?: string
  params?: Record<string, unknown>
}
interface SeedFile {
  /** The name in the key whose account gets the objects. */
  account?: string
  fixtures: Fixture[]
}

function readSeed(path: string): { seed: SeedFile; digest: string } {
  try {
    const text = readFileSync(path, 'utf8')
    const seed = JSON.parse(text) as SeedFile
    const isRight =
      Array.isArray(seed.fixtures) &&
      seed.fixtures.every((each) => each.path.startsWith('/v1/') && each.name !== '')
    if (!isRight)
      throw new Error('it needs "fixtures", each with a "name" and a "path" such as /v1/customers')
    return { seed, digest: createHash('sha256').update(text).digest('hex').slice(0, 32) }
  } catch (error) {
    throw new Error(`The seed file ${path} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

/** `${name:field.field}` is what an earlier call answered. */
function resolve(text: string, made: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/\$\{(\w+):([\w.]+)\}/g, (_, name: string, path: string) => {
    let value = made.get(name)
    for (const field of path.split('.'))
      value = (value as Record<string, unknown> | null | undefined)?.[field]
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Error(`nothing named ${name} has ${path}`)
    return String(value)
  })
}

function formOf(value: unknown, name: string, made: ReadonlyMap<string, unknown>): [string, string][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((each, index) => formOf(each, `${name}[${index}]`, made))
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, each]) =>
      formOf(each, name === '' ? key : `${name}[${key}]`, made),
    )
  }
  return [[name, resolve(String(value), made)]]
}

export async function applySeed(path: string, api: Handler, namespaces: Namespaces): Promise<void> {
  const { seed, digest } = readSeed(path)
  const name = seed.account ?? MAIN_NAME
  const engine = namespaces.named(name)
  if (engine.store.meta(`seed ${digest}`) !== undefined) return
  const made = new Map<string, unknown>()
  for (const [index, fixture] of seed.fixtures.entries()) {
    try {
      const answer = await api({
        method: (fixture.method ?? 'post').toUpperCase(),
        path: resolve(fixture.path, made),
        query: '',
        headers: { authorization: `Bearer sk_test_${name}`, 'idempotency-key': `seed ${digest} ${index}` },
        body: String(new URLSearchParams(formOf(fixture.params ?? {}, '', made))),
        fromPage: false,
        gone: new Promise(() => undefined),
      })
      const body = JSON.parse(answer.body) as { error?: { message?: string } }
      if (answer.status !== 200) throw new Error(body.error?.message ?? `status ${answer.status}`)
      made.set(fixture.name, body)
    } catch (error) {
      throw new Error(
        `The seed file ${path} cannot be used: "${fixture.name}": ${(error as Error).message}`,
        { cause: error },
      )
    }
  }
  await engine.commit.run(() => engine.store.putMeta(`seed ${digest}`, new Date().toISOString()))
}
