// Plain JavaScript, so that an older Node can still load it and say what is wrong.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Petri needs Node 24 or newer, this is ${process.version}: run "npm ci" (it installs Node 24 into node_modules/.bin) and start this through "npm run" or "npx".`,
  );
  process.exit(1);
}
