/** The first version with all that the packages use, as `engines` of package.json says too. */
const OLDEST = [22, 12] as const;

/** Why this version of Node can't run the commands, in one line; `undefined` where it can. */
export function whyTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `this is Node ${version}; Node ${OLDEST.join('.')} or newer is needed`;
}
