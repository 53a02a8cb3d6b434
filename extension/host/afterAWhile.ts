/** Calls `act` so many milliseconds after it is asked to, once for all who ask meanwhile; further askers do not put it off. */
export function afterAWhile(milliseconds: number, act: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const ask = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, milliseconds);
  };
  return { ask, dispose: (): void => clearTimeout(timer) };
}
