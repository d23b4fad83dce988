// What the hosted page of a Checkout Session says, in English and German.
import type { ErrorBody } from '../core/errors.ts'

export interface CheckoutTexts {
  back: string
  testMode: string
  contact: string
  email: string
  emailMissing: string
  payWith: string
  holder: string
  quantity(count: number, each: string): string
  total: string
  title: { payment: string; setup: string }
  saving: string
  /** The button, for `pay` and its kin with the sum. */
  submit: Record<'pay' | 'book' | 'donate', (sum: string) => string>
  save: string
  free: string
  working: string
  testNote: string
  unreachable: string
  expired: { title: string; payment: string; setup: string }
  complete: { title: string; text: string }
  unknown: { title: string; text: string }
  shop: string
  errors: Record<string, string>
  otherError: string
}

const en: CheckoutTexts = {
  back: 'Back',
  testMode: 'Test mode',
  contact: 'Contact',
  email: 'Email',
  emailMissing: 'Enter a valid email address.',
  payWith: 'Card details',
  holder: 'Name on card',
  quantity: (count, each) => `${count} × ${each}`,
  total: 'Total',
  title: { payment: 'Your order', setup: 'Save your card' },
  saving: 'Your card is saved for later. Nothing is charged now.',
  submit: { pay: (sum) => `Pay ${sum}`, book: (sum) => `Book for ${sum}`, donate: (sum) => `Donate ${sum}` },
  save: 'Save card',
  free: 'Complete order',
  working: 'Processing…',
  testNote: 'This is the card sandbox. No money moves, and real card numbers are refused.',
  unreachable: 'The payment service can’t be reached. Check your connection, then try again.',
  expired: {
    title: 'This page has expired',
    payment: 'The payment was not completed in time. Your card was not charged.',
    setup: 'Your card was not saved. Nothing was charged.',
  },
  complete: {
    title: 'All done',
    text: 'This checkout is already complete. There is nothing left to do here.',
  },
  unknown: { title: 'Page not found', text: 'This checkout does not exist.' },
  shop: 'Return to the shop',
  errors: {},
  otherError: 'The payment failed. Please try another card.',
}

const de: CheckoutTexts = {
  back: 'Zurück',
  testMode: 'Testmodus',
  contact: 'Kontakt',
  email: 'E-Mail',
  emailMissing: 'Bitte eine gültige E-Mail-Adresse angeben.',
  payWith: 'Kartendaten',
  holder: 'Name auf der Karte',
  quantity: (count, each) => `${count} × ${each}`,
  total: 'Gesamt',
  title: { payment: 'Ihre Bestellung', setup: 'Karte speichern' },
  saving: 'Die Karte wird für später gespeichert. Jetzt wird nichts abgebucht.',
  submit: {
    pay: (sum) => `${sum} bezahlen`,
    book: (sum) => `Für ${sum} buchen`,
    donate: (sum) => `${sum} spenden`,
  },
  save: 'Karte speichern',
  free: 'Bestellung abschließen',
  working: 'Wird verarbeitet …',
  testNote: 'Dies ist der Test-Zahlungsdienst. Es fließt kein Geld, echte Kartennummern werden abgelehnt.',
  unreachable: 'Keine Verbindung zum Zahlungsdienst. Bitte Verbindung prüfen und erneut versuchen.',
  expired: {
    title: 'Diese Seite ist abgelaufen',
    payment: 'Die Zahlung wurde nicht rechtzeitig abgeschlossen. Die Karte wurde nicht belastet.',
    setup: 'Die Karte wurde nicht gespeichert. Es wurde nichts abgebucht.',
  },
  complete: {
    title: 'Alles erledigt',
    text: 'Dieser Vorgang ist bereits abgeschlossen. Hier ist nichts mehr zu tun.',
  },
  unknown: { title: 'Seite nicht gefunden', text: 'Diesen Vorgang gibt es nicht.' },
  shop: 'Zurück zum Shop',
  errors: {
    insufficient_funds: 'Die Karte ist nicht gedeckt.',
    expired_card: 'Die Karte ist abgelaufen.',
    incorrect_cvc: 'Der Sicherheitscode der Karte ist falsch.',
    processing_error:
      'Bei der Verarbeitung der Karte ist ein Fehler aufgetreten. Bitte in Kürze erneut versuchen.',
    incorrect_number: 'Die Kartennummer ist falsch.',
    test_mode_live_card: 'Die Karte wurde abgelehnt: Im Testmodus werden nur Testkarten angenommen.',
    card_declined: 'Die Karte wurde abgelehnt.',
    payment_intent_authentication_failure:
      'Die Zahlung wurde bei der Bank nicht bestätigt. Bitte erneut versuchen.',
    setup_intent_authentication_failure:
      'Die Karte wurde bei der Bank nicht bestätigt. Bitte erneut versuchen.',
  },
  otherError: 'Die Zahlung ist fehlgeschlagen. Bitte eine andere Karte versuchen.',
}

/** What the buyer is told of an error: in English the processor's own words. */
export function buyerMessage(error: ErrorBody, texts: CheckoutTexts): string {
  if (texts === en) return error.message
  return texts.errors[error.decline_code ?? ''] ?? texts.errors[error.code ?? ''] ?? texts.otherError
}

/** The session's language, or for `auto` the browser's. */
export function textsFor(
  locale: string | null,
  accepted: string | undefined,
): { texts: CheckoutTexts; locale: 'en' | 'de' } {
  const wanted = locale === null || locale === 'auto' ? (accepted ?? '') : locale
  return /^de\b/i.test(wanted.trim()) ? { texts: de, locale: 'de' } : { texts: en, locale: 'en' }
}
