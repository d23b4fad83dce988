// The commands of `holdfast`. What a command works with is loaded when it is asked for, so that help
// and mistakes come at once. Each reads the same environment as the shop, and works beside a running
// shop or without one.
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { readConfig } from '../config/config.ts'
import { version } from '../config/version.ts'
import { type Context, type ExitCode, print, printFailure, type Result } from './output.ts'
import type { PassphraseSources } from './passphrase.ts'

const fromSources = import.meta.filename.endsWith('.ts')
/** The shop's own program, beside this one in the build. */
const shopProgram = fromSources
  ? join(import.meta.dirname, '..', 'main.ts')
  : join(import.meta.dirname, 'main.js')

type Work = (context: Context) => Promise<Result>

/** Runs the command that `words` name, and gives its exit code; null while the shop runs on. */
export async function run(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ExitCode | null> {
  const json = words.includes('--json')
  let code: ExitCode | null = 0
  const show = async (work: Work) => {
    const context: Context = {
      get config() {
        return readConfig(environment)
      },
      environment,
      json,
    }
    const result = await work(context)
    print(result, json)
    code = result.code
  }
  const start = async () => {
    code = null
    await import(shopProgram)
  }
  try {
    await makeProgram(show, start).parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    // It has told the mistake, or printed its help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return printFailure(error, json)
  }
}

function makeProgram(show: (work: Work) => Promise<void>, start: () => Promise<void>): Command {
  const program = new Command('holdfast')
    .description('Run a ticket shop. Every setting is an environment variable: docs/guide/operators.md')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      '\nExit status: 0 done or all is well, 1 not done or something is wrong, 2 a mistake in the command',
    )
  program.command('start').description('Start the shop').action(start)
  asJson(program.command('healthy'))
    .description('Ask the shop of this machine whether it answers: for the health check of a container')
    .action(() => show(async (context) => (await import('./healthy.ts')).healthyCommand(context)))
  asJson(program.command('doctor'))
    .description('Look for mistakes in the set-up, and name the cure of each')
    .addHelpText('after', '\nExit status: 0 nothing is wrong (warnings may be), 1 something is wrong')
    .action(() => show(async (context) => (await import('./doctor/doctor.ts')).doctorCommand(context)))
  asJson(program.command('audit'))
    .description('Compare all parts of the shop with each other and with the card processor')
    .option('--repair', 'say what could be done about each breach, and whether that is safe')
    .addHelpText('after', '\nExit status: 0 everything holds, 1 a breach, 2 a part could not be looked at')
    .action((options: { repair?: boolean }) =>
      show(async (context) =>
        (await import('../audit/command.ts')).auditShop(context.config, options.repair === true),
      ),
    )
  pruneCommands(program, show)
  withFile(program.command('backup'))
    .description('Save the whole shop to a file, while it runs')
    .option('--without-secrets', 'leave out the files of the data directory')
    .action((file: string, sources: PassphraseSources) =>
      show(async (context) => (await import('./backup.ts')).backupCommand(context, file, sources)),
    )
  withFile(program.command('restore'))
    .description('Bring a backup into an empty data directory or an empty database')
    .option('--without-secrets', 'leave the files of the data directory sealed')
    .action((file: string, sources: PassphraseSources) =>
      show(async (context) => (await import('./backup.ts')).restoreCommand(context, file, sources)),
    )
  const admin = program.command('admin').description('Look after people and data')
  operatorCommands(admin.command('operator'), show)
  userCommands(admin.command('user'), show)
  pruneCommands(admin, show)
  asJson(program.command('settle'))
    .description('Bring a restored shop and the card processor together (restore does it by itself)')
    .option('--backup-taken-at <moment>', 'for a database that came back by a physical backup')
    .action((options: { backupTakenAt?: string }) =>
      show(async (context) => (await import('./settle.ts')).settleCommand(context, options)),
    )
  return program
}

function pruneCommands(parent: Command, show: (work: Work) => Promise<void>): void {
  asJson(parent.command('prune'))
    .description('Remove what nobody needs any more, as the running shop does in quiet hours')
    .option('--dry-run', 'count what would go, and change nothing')
    .addHelpText('after', '\nExit status: 0 done, 1 another process prunes or it failed')
    .action((options: { dryRun?: boolean }) =>
      show(async (context) => (await import('./prune.ts')).pruneCommand(context, options)),
    )
}

function operatorCommands(operator: Command, show: (work: Work) => Promise<void>): void {
  operator.description('Who operates the shop')
  asJson(operator.command('link'))
    .description('Print the link that makes the first operator')
    .action(() => show(async (context) => (await import('./operators.ts')).operatorLinkCommand(context)))
  asJson(operator.command('list'))
    .description('List the operators')
    .action(() => show(async (context) => (await import('./operators.ts')).operatorListCommand(context)))
  asJson(operator.command('remove'))
    .description('Take an operator’s rights away')
    .argument('<email>')
    .action((email: string) =>
      show(async (context) => (await import('./operators.ts')).operatorRemoveCommand(context, email)),
    )
}

function userCommands(user: Command, show: (work: Work) => Promise<void>): void {
  user.description('Who has an account')
  asJson(user.command('list'))
    .description('List the accounts, or those with a text in their address')
    .argument('[text]')
    .action((text?: string) =>
      show(async (context) => (await import('./users.ts')).userListCommand(context, text)),
    )
  asJson(user.command('reset'))
    .description('Print a link with which the account gets a new password, once')
    .argument('<email>')
    .action((email: string) =>
      show(async (context) => (await import('./users.ts')).userResetCommand(context, email)),
    )
}

const asJson = (command: Command) => command.option('--json', 'the result as JSON')

const withFile = (command: Command) =>
  asJson(command)
    .argument('<file>')
    .option('--passphrase-file <path>', 'a file with the passphrase of the secrets')
