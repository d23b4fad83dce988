// A link to a page of ours. It is a real link: it opens in a new tab, is copied and is read out
// like any other.
import { useQueryClient } from '@tanstack/react-query'
import type { ComponentProps, MouseEvent } from 'react'
import { hrefOf, prepareLink, type Target, useGo, usePlace } from './router.tsx'

export type LinkProps = Target & Omit<ComponentProps<'a'>, 'href'>

export function Link({ to, params, search, ...rest }: LinkProps) {
  const client = useQueryClient()
  const go = useGo()
  const { pathname } = usePlace()
  const href = hrefOf({ to, params, search } as Target)
  const prepare = () => prepareLink(client, href)
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    rest.onClick?.(event)
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0
    if (event.defaultPrevented || elsewhere || (rest.target && rest.target !== '_self')) return
    event.preventDefault()
    void go(href)
  }
  const path = href.split('?')[0] ?? href
  const current =
    pathname === path ? 'page' : path !== '/' && pathname.startsWith(`${path}/`) ? 'true' : undefined
  return (
    <a
      aria-current={current}
      onPointerEnter={prepare}
      onFocus={prepare}
      {...rest}
      href={href}
      onClick={follow}
    />
  )
}
