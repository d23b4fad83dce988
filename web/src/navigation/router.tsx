// Where the reader is, and how to get elsewhere without a full load. A page is loaded before it is
// shown, so that nothing flickers between two pages. Small on purpose: see
// docs/decisions/0008-own-router.md.
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import {
  Component,
  type ComponentType,
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { type PagePath, pageAt, pagePaths } from './pages.ts'
import { matchPath, type ParameterOf, type Parameters, type Search, writePath } from './paths.ts'

/** A page of ours with its parameters: what does not exist does not compile. */
export type Target<Path extends PagePath = PagePath> = Path extends PagePath
  ? {
      readonly to: Path
      readonly search?: Search
    } & ([ParameterOf<Path>] extends [never]
      ? { readonly params?: never }
      : { readonly params: Readonly<Record<ParameterOf<Path>, string>> })
  : never

export interface Place {
  readonly pathname: string
  readonly search: string
  readonly params: Parameters
  /** Null: this address has no page. 'failed': its page could not be loaded. */
  readonly page: ComponentType | null | 'failed'
}

type Go = (href: string, options?: { readonly replace?: boolean }) => Promise<void>

const loaded = new Map<PagePath, ComponentType>()

async function loadPage(path: PagePath): Promise<ComponentType> {
  const page = loaded.get(path) ?? (await pageAt(path).load())
  loaded.set(path, page)
  return page
}

/**
 * The place at an address, with its page ready to be drawn. Never throws: a page that cannot be had
 * is a place too.
 */
export async function findPlace(client: QueryClient, url: URL): Promise<Place> {
  const { pathname, search } = url
  const match = matchPath(pagePaths(), pathname)
  if (!match) return { pathname, search, params: {}, page: null }
  const { params, pattern } = match
  pageAt(pattern).prepare?.(client, params)
  const page = await loadPage(pattern).catch(() => 'failed' as const)
  return { pathname, search, params, page }
}

/** Begins to load what a link leads to, when somebody is about to follow it. */
export function prepareLink(client: QueryClient, href: string): void {
  void findPlace(client, new URL(href, location.href))
}

export const hrefOf = (target: Target): string =>
  writePath(target.to, target.params ?? {}, target.search ?? {})

const RouterContext = createContext<{ readonly place: Place; readonly go: Go } | null>(null)

function useRouter() {
  const router = use(RouterContext)
  if (!router) throw new Error('navigation outside of Router')
  return router
}

export const usePlace = (): Place => useRouter().place
export const useGo = (): Go => useRouter().go

/** The parameters of the page that is shown. `path` is that page, for the types. */
export function useParams<Path extends PagePath>(_path: Path): Readonly<Record<ParameterOf<Path>, string>> {
  return usePlace().params
}

/** One value of the address's search part; empty when it is not there. */
export const useSearchValue = (name: string): string => new URLSearchParams(usePlace().search).get(name) ?? ''

export function useNavigate(): (target: Target & { readonly replace?: boolean }) => Promise<void> {
  const go = useGo()
  return useCallback((target) => go(hrefOf(target), { replace: target.replace ?? false }), [go])
}

interface Shown {
  readonly place: Place
  readonly scrollTo: number | null
}

/** How far each entry of the history was scrolled, by the number that we wrote into it. */
const scrolledTo = new Map<number, number>()
const numberOf = (state: unknown): number => (state as { entry?: number } | null)?.entry ?? 0

export function Router({ initial, children }: { readonly initial: Place; readonly children: ReactNode }) {
  const client = useQueryClient()
  const [{ place, scrollTo }, show] = useState<Shown>({ place: initial, scrollTo: null })
  const latest = useRef(0)
  const entry = useRef(numberOf(history.state))

  const arrive = useCallback(
    async (scroll: number | null) => {
      latest.current += 1
      const own = latest.current
      const next = await findPlace(client, new URL(location.href))
      // Meanwhile the reader may have gone on.
      if (latest.current === own) show({ place: next, scrollTo: scroll })
    },
    [client],
  )
  const go = useCallback<Go>(
    async (href, { replace = false } = {}) => {
      const before = location.pathname
      scrolledTo.set(entry.current, scrollY)
      if (!replace) entry.current += 1
      history[replace ? 'replaceState' : 'pushState']({ entry: entry.current }, '', href)
      await arrive(location.pathname === before ? null : 0)
    },
    [arrive],
  )
  useEffect(() => {
    history.scrollRestoration = 'manual'
    const onPop = (event: PopStateEvent) => {
      scrolledTo.set(entry.current, scrollY)
      entry.current = numberOf(event.state)
      void arrive(scrolledTo.get(entry.current) ?? 0)
    }
    // Loading the page again is the browser's own affair, and it knows where the reader was.
    const onLeave = () => {
      history.scrollRestoration = 'auto'
    }
    addEventListener('popstate', onPop)
    addEventListener('pagehide', onLeave)
    return () => {
      removeEventListener('popstate', onPop)
      removeEventListener('pagehide', onLeave)
    }
  }, [arrive])
  useLayoutEffect(() => {
    if (scrollTo !== null) window.scrollTo(0, scrollTo)
  }, [place, scrollTo])
  return <RouterContext value={useMemo(() => ({ place, go }), [place, go])}>{children}</RouterContext>
}

interface GuardProps {
  readonly fallback: ReactNode
  readonly children: ReactNode
}

/**
 * A page that breaks while it is drawn does not take the frame with it. Given a new key, it tries
 * again.
 */
export class Guard extends Component<GuardProps, { readonly broken: boolean }> {
  override state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  override render() {
    return this.state.broken ? this.props.fallback : this.props.children
  }
}
