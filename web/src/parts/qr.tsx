// A ticket's code as a QR picture: one SVG path, dark on light in both themes, because scanners want it so.
import { create } from 'qrcode'
import { useMemo } from 'react'

const quietZone = 3

export function QrCode({
  text,
  label,
  className,
}: {
  readonly text: string
  readonly label: string
  readonly className?: string
}) {
  const { size, path } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: 'M' })
    let drawn = ''
    for (let y = 0; y < modules.size; y += 1) {
      for (let x = 0; x < modules.size; x += 1) if (modules.get(y, x)) drawn += `M${x + quietZone} ${y + quietZone}h1v1h-1z`
    }
    return { size: modules.size + quietZone * 2, path: drawn }
  }, [text])
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges" className={className}>
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
