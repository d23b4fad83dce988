// What `doctor` thinks of the work that the shop does by itself: backups and pruning.
import { type Check, ok, onDatabase, type Rule, warning, wrong } from './check.ts'

const backupMaxHours = 48

export const upkeep: readonly Rule[] = [
  ({ backups }) =>
    backups === null
      ? null
      : backups.error === null
        ? ok('backup folder', `${backups.directory}, every ${backups.everyHours} hours`)
        : wrong(
            'backup folder',
            backups.error,
            'make the folder and let this user write it, or correct BACKUP_DIR',
          ),
  onDatabase(({ backupProblem: problem }, { backups }): Check | null =>
    problem === null || backups === null
      ? null
      : wrong('timed backups', problem, 'mend the cause; the shop tries again every 15 minutes'),
  ),
  onDatabase(({ lastBackupAt, orders }, { now, backups }) => {
    if (orders === 0) return ok('backup', 'there is nothing to lose yet')
    const cure =
      backups === null
        ? 'set BACKUP_DIR and BACKUP_PASSPHRASE, or run on a timer: npm run holdfast -- backup FILE'
        : 'the shop takes one when it runs: start it, and see "timed backups"'
    if (lastBackupAt === null) return warning('backup', 'none was ever taken', cure)
    const hours = Math.round((Date.parse(now) - Date.parse(lastBackupAt)) / 3_600_000)
    // A timed one may wait a day for buyers to leave room.
    const most = Math.max(backupMaxHours, (backups?.everyHours ?? 0) + 25)
    return hours <= most ? ok('backup', `${hours} hours old`) : warning('backup', `${hours} hours old`, cure)
  }),
  onDatabase(({ pruneProblem: problem }) =>
    problem === null
      ? ok('pruning', 'works')
      : warning('pruning', problem, 'run: npm run holdfast -- prune. The database grows meanwhile'),
  ),
  onDatabase(({ silentConsumers: silent }) =>
    silent.length === 0
      ? ok('consumers', 'none is silent')
      : warning(
          'consumers',
          `${silent.join(', ')}: no word for a month`,
          'start a process with that service; events are removed without it',
        ),
  ),
]
