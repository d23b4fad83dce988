// The mails in German.
import type { Texts } from './words.ts'

export const de: Texts = {
  greeting: 'Guten Tag,',
  what: 'Veranstaltung',
  when: 'Wann',
  doors: 'Einlass ab',
  where: 'Wo',
  orderNumber: 'Bestellnummer',
  total: 'Summe',
  free: 'kostenlos',
  tickets: 'Ihre Tickets',
  ticketCode: 'Ticketcode',
  section: 'Bereich',
  row: 'Reihe',
  seat: 'Platz',
  admitsOne:
    'Gilt für eine Person und einmal. Wer diesen Code zuerst zeigt, kommt hinein: Geben Sie ihn nicht weiter.',
  admitsMany: (count) =>
    `Gilt für ${count} Personen gemeinsam und einmal. Wer diesen Code zuerst zeigt, kommt hinein: Geben Sie ihn nicht weiter.`,
  extra: 'Gehört zu den Tickets dieser Bestellung. Allein gilt es nicht als Eintritt.',
  receipt: 'Beleg',
  ordered: 'Bestellt',
  buyer: 'Käufer',
  notAnInvoice: 'Dies ist keine Rechnung.',
  receiptRefunded: 'Die Tickets dieser Bestellung sind ungültig.',
  showOrder: 'Bestellung öffnen',
  before: 'Bisher',
  now: 'Jetzt',
  reason: (shop) => `Sie bekommen diese E-Mail, weil mit dieser Adresse bei ${shop} Tickets bestellt wurden.`,
  linkReason: (shop) =>
    `Sie bekommen diese E-Mail, weil jemand sie bei ${shop} mit Ihrer Adresse angefordert hat. Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne Klick auf den Knopf passiert nichts.`,
  linkLife: 'Der Link gilt einmal und 30 Minuten lang.',
  sign_in: {
    subject: (shop) => `Ihr Link zum Anmelden bei ${shop}`,
    heading: 'Anmelden',
    text: 'Öffnen Sie den Link auf dem Gerät, das Sie verwenden möchten.',
    button: 'Anmelden',
  },
  reset_password: {
    subject: (shop) => `Neues Passwort für ${shop}`,
    heading: 'Neues Passwort wählen',
    text: 'Mit dem neuen Passwort werden Sie auf allen Geräten abgemeldet.',
    button: 'Passwort wählen',
  },
  my_tickets: {
    subject: (shop) => `Ihre Tickets bei ${shop}`,
    heading: 'Ihre Tickets',
    text: 'Der Link öffnet alle Bestellungen mit Ihrer Adresse.',
    button: 'Meine Tickets zeigen',
  },
  verify_email: {
    subject: (shop) => `Bestätigen Sie Ihre Adresse für ${shop}`,
    heading: 'Adresse bestätigen',
    text: 'Danach sehen Sie alle Bestellungen mit dieser Adresse.',
    button: 'Adresse bestätigen',
  },
  invitation: {
    subject: (organisation) => `Mitarbeiten bei ${organisation}`,
    heading: (organisation) => `Einladung zu ${organisation}`,
    text: (invitedBy, organisation) => `${invitedBy} lädt Sie ein, bei ${organisation} mitzuarbeiten.`,
    roles: {
      owner: 'Als Inhaber können Sie alles und bestimmen, wer sonst noch dazugehört.',
      manager:
        'Als Leitung planen Sie Veranstaltungen, betreuen Bestellungen, geben Geld zurück und scannen Tickets.',
      finance: 'In der Buchhaltung sehen Sie Bestellungen und geben Geld zurück.',
      box_office: 'An der Kasse betreuen Sie Bestellungen, verkaufen und scannen Tickets.',
      door: 'Am Einlass scannen Sie Tickets.',
    },
    button: 'Einladung öffnen',
    life: 'Die Einladung gilt einmal und 7 Tage lang, für ein Konto mit dieser E-Mail-Adresse.',
    reason: (invitedBy, shop) =>
      `Sie bekommen diese E-Mail, weil ${invitedBy} Sie bei ${shop} eingeladen hat. Wenn Ihnen das nichts sagt, müssen Sie nichts tun.`,
  },
  order_confirmed: {
    subject: (title, count) => (count === 1 ? `Ihr Ticket: ${title}` : `Ihre ${count} Tickets: ${title}`),
    heading: (count) => (count === 1 ? 'Ihr Ticket' : `Ihre ${count} Tickets`),
    text: 'Vielen Dank. Ihre Bestellung ist bezahlt, die Tickets gehören Ihnen.',
    atTheDoor:
      'Zeigen Sie am Einlass den Ticketcode oder die Seite Ihrer Bestellung. Jeder Code gilt für eine Person und einmal.',
  },
  order_reserved: {
    subject: (title) => `Für Sie reserviert: ${title}`,
    heading: 'Ihre Tickets sind reserviert',
    text: (until) => `Wir halten sie für Sie bis ${until} frei. Mit der Zahlung gehören sie Ihnen.`,
    after:
      'Zahlen Sie online, oder mit Ihrer Bestellnummer an der Kasse. Danach gehen sie wieder in den Verkauf.',
    button: 'Jetzt zahlen',
  },
  money_back: {
    subject: (title, amount) => `${amount} zurück: ${title}`,
    heading: (amount) => `Sie bekommen ${amount} zurück`,
    text: 'Das Geld geht auf die Karte, mit der Sie bezahlt haben. Ihre Bank zeigt es in 5 bis 10 Tagen.',
    elsewhere:
      'Das Geld bekommen Sie vom Veranstalter zurück, so wie Sie bezahlt haben. Es geht nicht auf eine Karte.',
    full: 'Das war der ganze Betrag. Ungültige Tickets gelten am Einlass nicht mehr.',
    part: 'Das war ein Teil des Betrags. Tickets, die nicht ungültig sind, gelten weiter.',
  },
  late_money: {
    subject: (title) => `Ihre Zahlung geht zurück: ${title}`,
    heading: 'Ihre Zahlung kam zu spät',
    text: (amount) =>
      `Als die Zahlung über ${amount} ankam, war die Zeit zum Bezahlen vorbei. Wir haben alles zurückgezahlt. Ihre Bank zeigt es in 5 bis 10 Tagen.`,
    noTickets:
      'Aus dieser Bestellung haben Sie keine Tickets. Wenn noch Plätze frei sind, können Sie neu bestellen.',
  },
  refund_bounced: {
    subject: (title) => `Ihre Rückzahlung kam nicht an: ${title}`,
    heading: 'Ihre Bank konnte die Rückzahlung nicht annehmen',
    text: (amount) =>
      `Wir haben ${amount} zurückgezahlt, und Ihre Bank hat den Betrag zurückgeschickt. Das Geld ist nicht verloren: Bitte antworten Sie auf diese E-Mail, damit wir es auf anderem Weg auszahlen können.`,
  },
  show_changed: {
    subject: (title) => `Geändert: ${title}`,
    heading: 'Zeit oder Ort haben sich geändert',
    text: 'Ihre Tickets gelten weiter. Sie müssen nichts tun.',
  },
  show_cancelled: {
    subject: (title) => `Abgesagt: ${title}`,
    heading: 'Die Veranstaltung ist abgesagt',
    text: 'Es tut uns leid. Die Veranstaltung findet nicht statt.',
    money: 'Wenn Ihnen Geld zusteht, bekommen Sie eine eigene E-Mail, sobald es zurückgeht.',
  },
  reminder: {
    subject: (title) => `Morgen: ${title}`,
    heading: (title) => `${title} beginnt bald`,
    text: 'Hier sind noch einmal Ihre Tickets.',
  },
}
