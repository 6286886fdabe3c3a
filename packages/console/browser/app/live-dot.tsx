/** Says whether what is shown is kept up to date. */
export function LiveDot({ isLive }: { readonly isLive: boolean }) {
  return (
    <span class={isLive ? 'live is-live' : 'live'} role="status">
      <i aria-hidden="true" />
      {isLive ? 'Live' : 'Connecting …'}
    </span>
  );
}
