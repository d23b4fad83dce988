// The mails in English.
import type { Texts } from './words.ts'

export const en: Texts = {
  greeting: 'Hello,',
  what: 'Show',
  when: 'When',
  doors: 'Doors open',
  where: 'Where',
  orderNumber: 'Order number',
  total: 'Total',
  free: 'free',
  tickets: 'Your tickets',
  ticketCode: 'Ticket code',
  section: 'section',
  row: 'row',
  seat: 'seat',
  admitsOne: 'Lets one person in, once. Whoever shows this code first gets in: do not share it.',
  admitsMany: (count) =>
    `Lets ${count} people in together, once. Whoever shows this code first gets in: do not share it.`,
  extra: 'Goes with the tickets of this order. It opens no door by itself.',
  receipt: 'Receipt',
  ordered: 'Ordered',
  buyer: 'Buyer',
  notAnInvoice: 'This is not an invoice.',
  receiptRefunded: 'The tickets of this order are void.',
  showOrder: 'Open your order',
  before: 'Before',
  now: 'Now',
  reason: (shop) => `You get this mail because tickets were ordered with this address at ${shop}.`,
  linkReason: (shop) =>
    `You get this email because someone asked for it with your address at ${shop}. If that wasn’t you, ignore it: nothing happens until the button is pressed.`,
  linkLife: 'The link works once, within 30 minutes.',
  sign_in: {
    subject: (shop) => `Your link to sign in at ${shop}`,
    heading: 'Sign in',
    text: 'Open the link on the device that you want to use.',
    button: 'Sign in',
  },
  reset_password: {
    subject: (shop) => `A new password for ${shop}`,
    heading: 'Choose a new password',
    text: 'Your new password signs you out on all devices.',
    button: 'Choose a password',
  },
  my_tickets: {
    subject: (shop) => `Your tickets at ${shop}`,
    heading: 'Your tickets',
    text: 'The link opens all orders that were made with your address.',
    button: 'Show my tickets',
  },
  verify_email: {
    subject: (shop) => `Confirm your address for ${shop}`,
    heading: 'Confirm your address',
    text: 'Then you see all orders that were made with this address.',
    button: 'Confirm my address',
  },
  invitation: {
    subject: (organisation) => `Join ${organisation}`,
    heading: (organisation) => `You’re invited to join ${organisation}`,
    text: (invitedBy, organisation) => `${invitedBy} would like you to work with ${organisation}.`,
    roles: {
      owner: 'As an owner you can do everything, and decide who else belongs to it.',
      manager: 'As a manager you can plan shows, look after orders, give refunds and scan tickets.',
      finance: 'In finance you can look at orders and give refunds.',
      box_office: 'At the box office you can look after orders, sell and scan tickets.',
      door: 'At the door you can scan tickets.',
    },
    button: 'Open the invitation',
    life: 'The invitation works once, within 7 days, with an account that has this email address.',
    reason: (invitedBy, shop) =>
      `You get this email because ${invitedBy} invited you at ${shop}. If you don’t know them, ignore it.`,
  },
  order_confirmed: {
    subject: (title, count) => (count === 1 ? `Your ticket: ${title}` : `Your ${count} tickets: ${title}`),
    heading: (count) => (count === 1 ? 'Your ticket' : `Your ${count} tickets`),
    text: 'Thank you. Your order is paid for, and the tickets are yours.',
    atTheDoor:
      'Show the ticket code or the page of your order at the door. Each code lets one person in, once.',
  },
  order_reserved: {
    subject: (title) => `Reserved for you: ${title}`,
    heading: 'Your tickets are reserved',
    text: (until) => `We keep them for you until ${until}. They are yours once they are paid for.`,
    after: 'Pay online, or at the box office with your order number. After that time they go back on sale.',
    button: 'Pay now',
  },
  money_back: {
    subject: (title, amount) => `${amount} back: ${title}`,
    heading: (amount) => `You get ${amount} back`,
    text: 'The money goes to the card that you paid with. Your bank shows it within 5 to 10 days.',
    elsewhere: 'You get the money from the organiser, the way you paid. It does not go to a card.',
    full: 'This was the whole amount. Tickets that are void no longer open the door.',
    part: 'This was a part of the amount. Tickets that are not void stay valid.',
  },
  late_money: {
    subject: (title) => `Your payment goes back: ${title}`,
    heading: 'Your payment came too late',
    text: (amount) =>
      `Your time to pay was over when the payment of ${amount} arrived, so we gave all of it back. Your bank shows it within 5 to 10 days.`,
    noTickets: 'You have no tickets from this order. If places are left, you can order again.',
  },
  refund_bounced: {
    subject: (title) => `Your refund could not be paid out: ${title}`,
    heading: 'Your bank could not take the refund',
    text: (amount) =>
      `We gave ${amount} back, and your bank returned it. The money is not lost: please answer this mail, so that it can be paid another way.`,
  },
  show_changed: {
    subject: (title) => `Changed: ${title}`,
    heading: 'Time or place has changed',
    text: 'Your tickets stay valid. You need not do anything.',
  },
  show_cancelled: {
    subject: (title) => `Cancelled: ${title}`,
    heading: 'The show is cancelled',
    text: 'We are sorry. The show will not take place.',
    money: 'If money is due to you, you get a mail of its own when it goes back.',
  },
  reminder: {
    subject: (title) => `Tomorrow: ${title}`,
    heading: (title) => `${title} begins soon`,
    text: 'Here are your tickets once more.',
  },
}
