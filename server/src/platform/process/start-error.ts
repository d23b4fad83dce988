// The error of a start that the operator can mend.
/**
 * A start that is refused for a reason which the operator can mend. The message names the cause,
 * the path and the cure, and is shown without a stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
}
