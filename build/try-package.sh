#!/usr/bin/env bash
# Packs the library, and runs the program of docs/library.md with the package, in a folder outside of the repository.
#
#   build/try-package.sh [model folder, models/fairy-tales]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
model=$(cd "${1:-$root/models/fairy-tales}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet pack "$root/src/LmModel" -c Release -o "$work/feed" -v quiet -nologo
awk '/^<!-- program -->/ { found = 1 } found && /^```$/ { exit } body { print } found && /^```csharp/ { body = 1 }' \
    "$root/docs/library.md" > "$work/Program.cs"
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
    <PackageReference Include="LmService.LmModel" Version="*" />
  </ItemGroup>
</Project>
XML
cd "$work"
dotnet run -v quiet -- "$model"
