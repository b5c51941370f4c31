#!/usr/bin/env bash
# Packs the library and its chat client, and runs the programs of docs/library.md with the packages, in a folder outside
# of the repository.
#
#   build/try-package.sh [model folder, models/fairy-tales]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
model=$(cd "${1:-$root/models/fairy-tales}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet pack "$root/src/LmModel" -c Release -o "$work/feed" -v quiet -nologo
dotnet pack "$root/src/LmModel.Extensions.AI" -c Release -o "$work/feed" -v quiet -nologo
program() {
    awk -v mark="^<!-- $1 -->" \
        '$0 ~ mark { found = 1 } found && /^```$/ { exit } body { print } found && /^```csharp/ { body = 1 }' \
        "$root/docs/library.md"
}
cat > "$work/Program.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <!-- A cache of its own, or a package made before would be taken for this one. -->
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
    <RestoreFallbackFolders>${NUGET_PACKAGES:-$HOME/.nuget/packages}</RestoreFallbackFolders>
    <RestoreAdditionalProjectSources>$work/feed</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="LmService.LmModel.Extensions.AI" Version="*" />
  </ItemGroup>
</Project>
XML
cd "$work"
for name in "program" "chat program"; do
    program "$name" > Program.cs
    dotnet run -v quiet -- "$model"
    echo
done
