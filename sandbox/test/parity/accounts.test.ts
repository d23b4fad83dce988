// The account itself and the accounts of sellers.
import { parity, type Row, refused, send } from './rows.ts'

const ROWS: Row[] = [
  {
    what: 'the account of the key is found without its id, and by it',
    docs: 'api/accounts/retrieve',
    ask: async ({ stripe }) => {
      const own = await stripe.accounts.retrieveCurrent()
      return { own, again: await stripe.accounts.retrieve(own.id) }
    },
    answer: {
      own: { object: 'account', charges_enabled: true },
      again: { object: 'account', type: 'standard' },
    },
  },
  {
    what: 'a call for a seller finds the seller',
    docs: 'connect/authentication#stripe-account-header',
    ask: async ({ stripe }) => {
      const seller = await stripe.accounts.create({ type: 'express', email: 'seller@example.org' })
      return stripe.accounts.retrieveCurrent({}, { stripeAccount: seller.id })
    },
    answer: { object: 'account', type: 'express', email: 'seller@example.org' },
  },
  {
    what: 'an unknown account is one without access, not one that is missing',
    docs: 'error-codes#account-invalid',
    ask: ({ stripe }) => refused(stripe.accounts.retrieve('acct_none')),
    answer: { status: 403, code: 'account_invalid' },
  },
  {
    what: 'what is said of a business is kept',
    docs: 'api/accounts/create',
    ask: ({ stripe }) =>
      stripe.accounts.create({
        type: 'custom',
        business_type: 'company',
        business_profile: {
          mcc: '5734',
          name: 'Shop',
          url: 'https://shop.example',
          support_address: { city: 'Berlin' },
        },
        company: { name: 'Shop GmbH', tax_id: 'DE1', address: { city: 'Berlin' } },
        capabilities: { transfers: { requested: true }, card_payments: { requested: false } },
        settings: {
          payouts: { schedule: { interval: 'manual' } },
          payments: { statement_descriptor: 'SHOP' },
        },
        tos_acceptance: { date: 1, ip: '192.0.2.1' },
      }),
    answer: {
      business_type: 'company',
      business_profile: {
        mcc: '5734',
        name: 'Shop',
        url: 'https://shop.example',
        support_address: { city: 'Berlin' },
      },
      company: { name: 'Shop GmbH', tax_id_provided: true, address: { city: 'Berlin' } },
      capabilities: { transfers: 'active', card_payments: 'inactive' },
      settings: { payouts: { schedule: { interval: 'manual' } }, payments: { statement_descriptor: 'SHOP' } },
      tos_acceptance: { date: 1, ip: '192.0.2.1' },
    },
  },
  {
    what: 'a person’s numbers are never shown again',
    docs: 'api/accounts/object#account_object-individual',
    ask: ({ stripe }) =>
      stripe.accounts.create({
        type: 'custom',
        individual: { first_name: 'Ada', dob: { day: 1, month: 2, year: 1990 }, id_number: '123456789' },
      }),
    answer: {
      individual: { first_name: 'Ada', dob: { day: 1, month: 2, year: 1990 }, id_number_provided: true },
    },
  },
  {
    what: 'an account has a type or a controller, not both',
    docs: 'connect/migrate-to-controller-properties',
    ask: (bench) => send(bench, 'POST /v1/accounts', 'type=custom&controller[fees][payer]=application'),
    answer: { status: 400, body: { error: { code: 'parameters_exclusive' } } },
  },
  {
    what: 'documents are refused, not dropped',
    docs: 'api/accounts/update',
    ask: (bench) => send(bench, 'POST /v1/accounts', 'documents[company_license][files][0]=file_1'),
    answer: { status: 400, body: { error: { code: 'parameter_unknown', param: 'documents' } } },
  },
]
parity('an account', ROWS)
