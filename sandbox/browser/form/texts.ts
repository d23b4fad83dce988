// What the card form says, in English and German.

export interface Texts {
  number: string
  expiry: string
  expiryHint: string
  cvc: string
  postal: string
  postalHint: string
  testCards: string
  card: string
  secure: string
  errors: Record<string, string>
  samples: { succeeds: string; challenge: string; declined: string; funds: string }
}

const en: Texts = {
  number: 'Card number',
  expiry: 'Expiration date',
  expiryHint: 'MM / YY',
  cvc: 'Security code',
  postal: 'Postal code',
  postalHint: 'ZIP',
  testCards: 'Test cards',
  card: 'Card',
  secure: 'Test mode: use test cards only. Real card numbers are refused.',
  errors: {
    incomplete_number: 'Your card number is incomplete.',
    invalid_number: 'Your card number is invalid.',
    incomplete_expiry: 'Your card’s expiration date is incomplete.',
    invalid_expiry_month: 'Your card’s expiration date is invalid.',
    invalid_expiry_year_past: 'Your card’s expiration year is in the past.',
    incomplete_cvc: 'Your card’s security code is incomplete.',
    incomplete_zip: 'Your postal code is incomplete.',
    network: 'Can’t reach the payment provider. Check your connection and try again.',
  },
  samples: {
    succeeds: 'Succeeds',
    challenge: '3-D Secure',
    declined: 'Declined',
    funds: 'Insufficient funds',
  },
}

const de: Texts = {
  number: 'Kartennummer',
  expiry: 'Ablaufdatum',
  expiryHint: 'MM / JJ',
  cvc: 'Sicherheitscode',
  postal: 'Postleitzahl',
  postalHint: 'PLZ',
  testCards: 'Testkarten',
  card: 'Karte',
  secure: 'Testmodus: nur Testkarten verwenden. Echte Kartennummern werden abgelehnt.',
  errors: {
    incomplete_number: 'Die Kartennummer ist unvollständig.',
    invalid_number: 'Die Kartennummer ist ungültig.',
    incomplete_expiry: 'Das Ablaufdatum der Karte ist unvollständig.',
    invalid_expiry_month: 'Das Ablaufdatum der Karte ist ungültig.',
    invalid_expiry_year_past: 'Das Ablaufjahr der Karte liegt in der Vergangenheit.',
    incomplete_cvc: 'Der Sicherheitscode der Karte ist unvollständig.',
    incomplete_zip: 'Die Postleitzahl ist unvollständig.',
    network:
      'Keine Verbindung zum Zahlungsdienst. Prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.',
  },
  samples: {
    succeeds: 'Erfolgreich',
    challenge: '3-D Secure',
    declined: 'Abgelehnt',
    funds: 'Nicht gedeckt',
  },
}

export function textsFor(locale: string): Texts {
  return locale.toLowerCase().startsWith('de') ? de : en
}
