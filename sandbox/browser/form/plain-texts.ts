// What the Link Authentication and Address Elements say, in English and German.

export type PlainField =
  | 'email'
  | 'name'
  | 'country'
  | 'line1'
  | 'line2'
  | 'postal_code'
  | 'city'
  | 'state'
  | 'phone'

export interface PlainTexts {
  labels: Record<PlainField, string>
  incomplete: string
  invalidEmail: string
}

const en: PlainTexts = {
  labels: {
    email: 'Email',
    name: 'Full name',
    country: 'Country or region',
    line1: 'Address line 1',
    line2: 'Address line 2',
    postal_code: 'Postal code',
    city: 'City',
    state: 'State or province',
    phone: 'Phone number',
  },
  incomplete: 'This field is incomplete.',
  invalidEmail: 'Your email is invalid.',
}

const de: PlainTexts = {
  labels: {
    email: 'E-Mail',
    name: 'Vollständiger Name',
    country: 'Land oder Region',
    line1: 'Straße und Hausnummer',
    line2: 'Adresszusatz',
    postal_code: 'Postleitzahl',
    city: 'Ort',
    state: 'Bundesland oder Provinz',
    phone: 'Telefonnummer',
  },
  incomplete: 'Bitte dieses Feld ausfüllen.',
  invalidEmail: 'Die E-Mail-Adresse ist ungültig.',
}

export function plainTextsFor(locale: string): PlainTexts {
  return locale.toLowerCase().startsWith('de') ? de : en
}
