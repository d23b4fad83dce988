// The phone's camera at the door: looks for QR codes and says what it read. Decides nothing.
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
interface DetectorConstructor {
  new (options: { formats: ['qr_code'] }): Detector
  getSupportedFormats(): Promise<readonly string[]>
}

/**
 * The browser's own detector where it reads QR codes; elsewhere one in plain JavaScript, loaded
 * only then.
 */
async function makeDetector(): Promise<Detector> {
  const native = (globalThis as { BarcodeDetector?: DetectorConstructor }).BarcodeDetector
  const formats = (await native?.getSupportedFormats()) ?? []
  if (native && formats.includes('qr_code')) return new native({ formats: ['qr_code'] })
  const { BarcodeDetector } = await import('qr/decode.js')
  return new BarcodeDetector({ formats: ['qr_code'] })
}
/**
 * A ticket held up is seen many times a second: it counts again only after it was out of sight for
 * this long.
 */
const repeatMs = 4_000
const lookMs = 150

interface Looking {
  readonly picture: HTMLVideoElement
  readonly onScan: (code: string) => void
  readonly signal: AbortSignal
}

/**
 * Looks at the camera's picture until told to stop. Rejects when there is no camera, or no leave to
 * use it.
 */
async function lookForCodes({ picture, onScan, signal }: Looking): Promise<void> {
  const [detector, stream] = await Promise.all([
    makeDetector(),
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } }),
  ])
  const release = () => stream.getTracks().forEach((track) => track.stop())
  if (signal.aborted) return release()
  signal.addEventListener('abort', release)
  picture.srcObject = stream
  await picture.play()
  let last = { code: '', atMs: 0 }
  while (!signal.aborted) {
    const [found] = picture.readyState >= 2 ? await detector.detect(picture) : []
    if (signal.aborted) return
    if (found && (found.rawValue !== last.code || Date.now() - last.atMs > repeatMs)) onScan(found.rawValue)
    if (found) last = { code: found.rawValue, atMs: Date.now() }
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

export function Camera({ onScan }: { readonly onScan: (code: string) => void }) {
  const t = useTranslations('door')
  const video = useRef<HTMLVideoElement>(null)
  const [on, setOn] = useState(false)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    const picture = video.current
    if (!on || !picture) return
    const stopping = new AbortController()
    setFailed(false)
    lookForCodes({ picture, onScan, signal: stopping.signal }).catch(() => {
      if (stopping.signal.aborted) return
      setFailed(true)
      setOn(false)
    })
    return () => stopping.abort()
  }, [on, onScan])
  // Browsers give a camera to secure pages only: https, or this machine itself.
  if (!('mediaDevices' in navigator)) return <p className="mt-4 text-small text-soft">{t('noCamera')}</p>
  return (
    <div className="mt-5">
      <button type="button" className="button" onClick={() => setOn(!on)}>
        {on ? t('cameraOff') : t('cameraOn')}
      </button>
      {failed && <p className="mt-2 text-small font-medium text-warm">{t('cameraFailed')}</p>}
      {/* The picture is only for aiming; what it finds is told in the answer above. */}
      <video
        ref={video}
        muted
        playsInline
        aria-hidden="true"
        className={`mt-3 aspect-square w-full max-w-sm rounded-lg bg-sunken object-cover ${on ? '' : 'hidden'}`}
      />
    </div>
  )
}
