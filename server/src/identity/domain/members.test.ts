// Who may change the members of an organisation, and that an owner is always left.
import { describe, expect, test } from 'vitest'
import { isReadable, type KnownMember, refuseMemberChange } from './members.ts'

const ann: KnownMember = { userId: 'ann', role: 'owner' }
const ben: KnownMember = { userId: 'ben', role: 'owner' }
const cem: KnownMember = { userId: 'cem', role: 'door' }

describe('a change of a member', () => {
  test.each([
    ['an owner makes somebody a manager', [ann, cem], 'ann', 'cem', 'manager', null],
    ['an owner removes somebody', [ann, cem], 'ann', 'cem', null, null],
    ['an owner makes another owner', [ann, cem], 'ann', 'cem', 'owner', null],
    ['one of two owners leaves', [ann, ben], 'ann', 'ann', null, null],
    ['one of two owners steps down', [ann, ben], 'ann', 'ann', 'door', null],
    ['the last owner stays an owner', [ann, cem], 'ann', 'ann', 'owner', null],
    ['the last owner leaves', [ann, cem], 'ann', 'ann', null, 'last_owner'],
    ['the last owner steps down', [ann, cem], 'ann', 'ann', 'manager', 'last_owner'],
    ['somebody else leaves', [ann, cem], 'cem', 'cem', null, null],
    ['somebody else makes himself an owner', [ann, cem], 'cem', 'cem', 'owner', 'role_missing'],
    ['somebody else removes the owner', [ann, cem], 'cem', 'ann', null, 'role_missing'],
    ['an owner who was removed meanwhile removes the other', [ben], 'ann', 'ben', null, 'role_missing'],
    ['a stranger is removed', [ann], 'ann', 'dan', null, 'member_unknown'],
    ['a stranger leaves', [ann], 'dan', 'dan', null, 'member_unknown'],
  ] as const)('%s', (...[, members, by, userId, role, expected]) => {
    expect(refuseMemberChange(members, { by, userId, role })).toBe(expected)
  })
})

test.each([
  ['#000000', true],
  ['#0b6b43', true],
  ['#767676', true],
  ['#777777', false],
  ['#ffcc00', false],
  ['#ffffff', false],
])('white text on %s can be read: %s', (colour, readable) => {
  expect(isReadable(colour)).toBe(readable)
})
