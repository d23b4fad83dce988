// How large the map is drawn, and how fingers, wheels and mice move it. While two fingers are on it
// the drawn picture is only stretched; thousands of seats are drawn anew once, when they are
// lifted.
import {
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'

export type BoxRef = RefObject<HTMLDivElement | null>

const [leastZoom, mostZoom] = [0.2, 2.4]
/** One press of the buttons. */
const zoomStep = 1.35

interface Point {
  readonly x: number
  readonly y: number
}

export interface MapZoom {
  readonly zoom: number
  readonly mayGrow: boolean
  readonly mayShrink: boolean
  /** Zooms about a point of the box that stays where it is; without one about its middle. */
  zoomTo(zoom: number, about?: Point): void
  grow(): void
  shrink(): void
  /** So small that the whole width can be seen, with this much beside it. */
  fit(width: number, beside: number): void
}

export function useMapZoom(box: BoxRef): MapZoom {
  const [zoom, setZoom] = useState(1)
  const pinned = useRef<{
    readonly about: Point
    readonly left: number
    readonly top: number
    readonly factor: number
  } | null>(null)
  const zoomTo = useCallback(
    (wanted: number, about?: Point) => {
      const place = box.current
      const next = Math.min(mostZoom, Math.max(leastZoom, wanted))
      setZoom((before) => {
        const point = about ?? { x: (place?.clientWidth ?? 0) / 2, y: (place?.clientHeight ?? 0) / 2 }
        if (place)
          pinned.current = {
            about: point,
            left: place.scrollLeft,
            top: place.scrollTop,
            factor: next / before,
          }
        return next
      })
    },
    [box],
  )
  // Before anything is painted: what was under the fingers is under them again.
  useLayoutEffect(() => {
    const place = box.current
    const pin = pinned.current
    pinned.current = null
    if (!place || !pin) return
    place.scrollLeft = (pin.left + pin.about.x) * pin.factor - pin.about.x
    place.scrollTop = (pin.top + pin.about.y) * pin.factor - pin.about.y
  }, [zoom, box])
  return {
    zoom,
    mayGrow: zoom < mostZoom,
    mayShrink: zoom > leastZoom,
    zoomTo,
    grow: () => zoomTo(zoom * zoomStep),
    shrink: () => zoomTo(zoom / zoomStep),
    fit: (width, beside) => zoomTo(((box.current?.clientWidth ?? width) - beside) / width),
  }
}

/** Two fingers, or the wheel with Ctrl, which is also what a touchpad's pinch sends. */
export function usePinch(
  box: BoxRef,
  picture: BoxRef,
  { zoom, zoomTo }: Pick<MapZoom, 'zoom' | 'zoomTo'>,
): void {
  useEffect(() => {
    const place = box.current
    const drawn = picture.current
    if (!place || !drawn) return
    let start: { readonly apart: number; readonly middle: Point } | null = null
    let factor = 1
    const fingers = (event: TouchEvent) => {
      const [one, other] = event.touches
      if (!one || !other) return null
      const { left, top } = place.getBoundingClientRect()
      return {
        apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
        middle: { x: (one.clientX + other.clientX) / 2 - left, y: (one.clientY + other.clientY) / 2 - top },
      }
    }
    const onStart = (event: TouchEvent) => {
      start = event.touches.length === 2 ? fingers(event) : null
      if (!start) return
      event.preventDefault()
      const { left, top } = drawn.getBoundingClientRect()
      const outer = place.getBoundingClientRect()
      drawn.style.transformOrigin = `${start.middle.x - (left - outer.left)}px ${start.middle.y - (top - outer.top)}px`
    }
    const onMove = (event: TouchEvent) => {
      const now = start && fingers(event)
      if (!start || !now) return
      event.preventDefault()
      factor = Math.min(mostZoom / zoom, Math.max(leastZoom / zoom, now.apart / start.apart))
      drawn.style.transform = `scale(${factor})`
    }
    const onEnd = () => {
      if (!start) return
      drawn.style.transform = ''
      zoomTo(zoom * factor, start.middle)
      start = null
      factor = 1
    }
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return
      event.preventDefault()
      const { left, top } = place.getBoundingClientRect()
      zoomTo(zoom * Math.exp(-event.deltaY / 200), { x: event.clientX - left, y: event.clientY - top })
    }
    const stopping = new AbortController()
    const { signal } = stopping
    // Not passive: the page itself must not zoom or scroll along.
    place.addEventListener('touchstart', onStart, { passive: false, signal })
    place.addEventListener('touchmove', onMove, { passive: false, signal })
    place.addEventListener('touchend', onEnd, { signal })
    place.addEventListener('touchcancel', onEnd, { signal })
    place.addEventListener('wheel', onWheel, { passive: false, signal })
    return () => {
      stopping.abort()
      drawn.style.transform = ''
    }
  }, [box, picture, zoom, zoomTo])
}

/** Dragging with a mouse scrolls, as a finger does by itself. A drag is no click. */
export function useDrag(scroller: BoxRef) {
  const start = useRef<{ x: number; y: number; left: number; top: number } | null>(null)
  const moved = useRef(false)
  const end = () => {
    start.current = null
    scroller.current?.classList.remove('dragging')
  }
  return {
    moved: () => moved.current,
    handlers: {
      onPointerDown(event: PointerEvent) {
        const box = scroller.current
        moved.current = false
        if (event.pointerType !== 'mouse' || event.button !== 0 || !box) return
        start.current = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop }
      },
      onPointerMove(event: PointerEvent) {
        const from = start.current
        const box = scroller.current
        if (!from || !box || event.buttons === 0) return end()
        const dx = event.clientX - from.x
        const dy = event.clientY - from.y
        if (!moved.current && Math.hypot(dx, dy) < 5) return
        if (!moved.current) {
          moved.current = true
          box.classList.add('dragging')
          // Now no seat has to be found under the mouse at each of its moves, which is slow among
          // thousands.
          box.setPointerCapture(event.pointerId)
        }
        box.scrollLeft = from.left - dx
        box.scrollTop = from.top - dy
      },
      onPointerUp: end,
      onPointerLeave: end,
    },
  }
}

/** A hall wider than the screen is first seen in its middle, where the good seats are. */
export function useCentred(scroller: BoxRef) {
  useEffect(() => {
    const box = scroller.current
    if (box) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
  }, [scroller])
}
