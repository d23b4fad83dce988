// What a bundled program loads of Node and of libraries by being loaded itself.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'

let out: string
beforeAll(async () => {
  // Below the project, where a program finds what it loads at run time.
  out = await mkdtemp(join(import.meta.dirname, '..', 'node_modules', '.bundle-'))
})
afterAll(() => rm(out, { recursive: true, force: true }))

/** What a program of this text prints, bundled as the server is. */
async function run(contents: string): Promise<unknown> {
  const program: Plugin = {
    name: 'program',
    setup(build) {
      build.onResolve({ filter: /^program$/ }, ({ path }) => ({ path, namespace: 'program' }))
      build.onLoad({ filter: /.*/, namespace: 'program' }, () => ({
        contents,
        resolveDir: join(import.meta.dirname, '..', 'server'),
      }))
    },
  }
  await bundle(out, { 'made/main': 'program' }, { server: 'made', plugins: [program] })
  return JSON.parse(execFileSync(process.execPath, [join(out, 'made', 'main.js')], { encoding: 'utf8' }))
}

const loaded = `console.log(JSON.stringify(['_http_server', 'undici', 'http2'].map((part) =>
  process.moduleLoadList.some((name) => name.split('/').includes(part) || name === 'NativeModule ' + part))))`

test('HTTP, its library and its clients load neither `fetch` nor HTTP/2', async () => {
  const program = `import http, { Agent } from 'node:http'
    import https from 'https'
    import Fastify from 'fastify'
    import Stripe from 'stripe'
    if (![http.Agent, https.Agent, Fastify, Stripe].every((made) => typeof made === 'function') || Agent !== http.Agent) throw new Error()
    ${loaded}`
  expect(await run(program)).toEqual([true, false, false])
})

test('HTTP/2 is there for whoever asks for it', async () => {
  const program = `import http2 from 'node:http2'
    if (typeof http2.createServer !== 'function' || http2.constants.NGHTTP2_NO_ERROR !== 0) throw new Error()
    ${loaded}`
  expect(await run(program)).toEqual([expect.any(Boolean), false, true])
})

test('YAML is loaded by whoever asks for it, and not by its mere name', async () => {
  const program = `const yaml = require('yaml')
    const isLoaded = () => Object.keys(require.cache).some((path) => /node_modules.yaml./.test(path))
    console.log(JSON.stringify([isLoaded(), yaml.stringify({ a: 1 }), isLoaded()]))`
  expect(await run(program)).toEqual([false, 'a: 1\n', true])
})

test('of the limiter there is what limits here', async () => {
  const program = `const limiter = require('rate-limiter-flexible')
    console.log(JSON.stringify([Object.keys(limiter), new limiter.RateLimiterRes(3).remainingPoints]))`
  expect(await run(program)).toEqual([['RateLimiterPostgres', 'RateLimiterRes'], 3])
})
