// `npm run rooms`: prints the shape of the house. The test beside this one keeps it.
import { countByFolder, findCircles, findImportsUp, readSchemas, serverFiles, walk } from './rooms.ts'
import { production } from './sources.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

say(`sources                      ${production.length} (server ${serverFiles.length})`)
say(`import circles               ${findCircles(production).length}`)
say(`imports back up              ${findImportsUp().length}`)
say('fullest folders')
for (const [folder, count] of countByFolder().slice(0, 8)) say(`  ${folder.padEnd(26)} ${count}`)
say('schemas each room reads')
for (const [room, schemas] of Object.entries(readSchemas())) say(`  ${room.padEnd(26)} ${schemas.join(', ')}`)
say(`place order → payments knows ${walk.orders.length} + ${walk.payments.length} files`)
for (const { file, finds } of [...walk.orders, ...walk.payments]) say(`  ${file.padEnd(32)} ${finds}`)
