// Tells the dialog that holds this page how the challenge has ended.
const outcome = document.getElementById('outcome')
if (outcome !== null && window.parent !== window) {
  window.parent.postMessage({ holdfastChallenge: outcome.dataset.intent, status: outcome.dataset.status }, '*')
}
