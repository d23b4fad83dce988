// The phone's camera at the door: looks for QR codes and says what it read. Decides nothing.
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorConstructor = new (options: { readonly formats: readonly string[] }) => Detector

const detectorOf = (): DetectorConstructor | undefined =>
  (globalThis as { BarcodeDetector?: DetectorConstructor }).BarcodeDetector
/** The same picture is seen many times a second: one code counts again only after this. */
const repeatMs = 4_000
const lookMs = 200

export function Camera({ onScan }: { readonly onScan: (code: string) => void }) {
  const t = useTranslations('door')
  const video = useRef<HTMLVideoElement>(null)
  const [on, setOn] = useState(false)
  const [failed, setFailed] = useState(false)
  const Detector = detectorOf()
  useEffect(() => {
    const picture = video.current
    if (!on || !picture || !Detector) return
    let stream: MediaStream | null = null
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = { code: '', atMs: 0 }
    const detector = new Detector({ formats: ['qr_code'] })
    const look = async () => {
      const [found] = picture.readyState >= 2 ? await detector.detect(picture) : []
      if (stopped) return
      if (found && (found.rawValue !== last.code || Date.now() - last.atMs > repeatMs)) onScan(found.rawValue)
      if (found) last = { code: found.rawValue, atMs: Date.now() }
      timer = setTimeout(() => void look(), lookMs)
    }
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment' } })
      .then(async (opened) => {
        stream = opened
        if (stopped) return opened.getTracks().forEach((track) => track.stop())
        picture.srcObject = opened
        await picture.play()
        await look()
      })
      .catch(() => {
        setFailed(true)
        setOn(false)
      })
    return () => {
      stopped = true
      clearTimeout(timer)
      stream?.getTracks().forEach((track) => track.stop())
    }
  }, [on, Detector, onScan])
  if (!Detector || !('mediaDevices' in navigator)) return <p className="mt-4 text-small text-soft">{t('noCamera')}</p>
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
