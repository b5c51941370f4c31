#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of TorchSharp's Linux bridge that the libstdc++ of GCC 11 (RHEL 9) and GCC 12 (Debian 12, Ubuntu
/// 22.04) accepts. The bridge asks for two newer symbol versions without needing what is new in them:
/// <list type="bullet">
/// <item>GLIBCXX_3.4.32 only for <c>std::ios_base_library_init</c>, a marker without a relocation: nothing calls it.
/// The version is made weak, so that the loader does without it.</item>
/// <item>GLIBCXX_3.4.30 only for <c>std::condition_variable::wait</c>, which every libstdc++ since GCC 4.4 has, and
/// every newer one keeps, as GLIBCXX_3.4.11: the one libtorch_cpu itself binds to. The symbol is rebound to that
/// version and the newer one made weak.</item>
/// </list>
/// Whatever else is found bound to these versions is an error, never a guess.
/// </summary>
public sealed class RelaxGlibcxx : Task
{
    private static readonly Relaxation[] Relaxations =
    {
        new("GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv", null),
        new("GLIBCXX_3.4.30", "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "GLIBCXX_3.4.11"),
    };

    /// <summary>The bridge as the package ships it; only read.</summary>
    [Required]
    public string Source { get; set; } = "";

    /// <summary>Where the relaxed copy goes.</summary>
    [Required]
    public string Destination { get; set; } = "";

    public override bool Execute()
    {
        try
        {
            Replace(Destination, Relax(File.ReadAllBytes(Source)));
            Log.LogMessage("Relaxed the libstdc++ requirement of {0} into {1}", Source, Destination);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            Log.LogError(
                "{0} is not laid out as expected, so its libstdc++ requirement cannot be relaxed: {1} "
                    + "Build with -p:RelaxGlibcxx=false, and run where libstdc++ is that of GCC 13.2 or newer.",
                Source, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Several projects may build at once: a reader sees the old file or the new one, never half of one.
    /// </summary>
    private static void Replace(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + "." + Guid.NewGuid().ToString("N");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            try
            {
                File.Move(temporary, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Replace(temporary, path, null);
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static byte[] Relax(byte[] bytes)
    {
        var elf = new Elf(bytes);
        foreach (var (version, symbol, olderVersion) in Relaxations)
        {
            if (!elf.Versions.TryGetValue(version, out var needed))
            {
                continue;
            }

            foreach (var index in elf.SymbolsBoundTo(needed.Index))
            {
                if (elf.SymbolName(index) != symbol)
                {
                    throw new InvalidDataException($"{version} is also needed for {elf.SymbolName(index)}.");
                }

                if (olderVersion is null)
                {
                    if (elf.IsRelocated(index))
                    {
                        throw new InvalidDataException($"{symbol} of {version} is really used.");
                    }
                }
                else
                {
                    elf.Bind(index, elf.Versions.TryGetValue(olderVersion, out var older)
                        ? older.Index
                        : throw new InvalidDataException($"It does not name {olderVersion}, which {symbol} needs."));
                }
            }

            elf.MakeWeak(needed);
        }

        return bytes;
    }

    private sealed record Relaxation(string Version, string Symbol, string? OlderVersion);

    /// <param name="Index">The version's number in .gnu.version.</param>
    /// <param name="FlagsOffset">Where vna_flags stands in the file.</param>
    private sealed record NeededVersion(ushort Index, int FlagsOffset);

    /// <summary>As much of a 64-bit little-endian ELF file as symbol versions take. Layouts: elf(5).</summary>
    private sealed class Elf
    {
        private const uint Rela = 4, DynSym = 11, VerNeed = 0x6ffffffe, VerSym = 0x6fffffff;
        private const ushort Weak = 2;

        private readonly byte[] _bytes;
        private readonly List<Section> _sections = new();
        private readonly Section _symbols, _symbolVersions;

        public Elf(byte[] bytes)
        {
            _bytes = bytes;
            if (bytes.Length < 64 || U32(0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1 || U16(18) != 62)
            {
                throw new InvalidDataException("It is not an ELF file for x86-64.");
            }

            int table = Offset(40), size = U16(58), count = U16(60);
            for (var i = 0; i < count; i++)
            {
                var at = table + i * size;
                _sections.Add(
                    new Section(U32(at + 4), Offset(at + 24), Offset(at + 32), (int)U32(at + 40), U32(at + 44)));
            }

            _symbols = Only(DynSym);
            _symbolVersions = Only(VerSym);
            Versions = ReadNeededVersions();
            if (_symbolVersions.Size / 2 != _symbols.Size / 24)
            {
                throw new InvalidDataException(".gnu.version and .dynsym differ in length.");
            }
        }

        /// <summary>The versions asked of libstdc++, by name.</summary>
        public IReadOnlyDictionary<string, NeededVersion> Versions { get; }

        public IEnumerable<int> SymbolsBoundTo(ushort version) =>
            Enumerable
                .Range(0, _symbols.Size / 24)
                .Where(i => (U16(_symbolVersions.Start + i * 2) & 0x7fff) == version);

        public string SymbolName(int index) => Text(_sections[_symbols.Link], U32(_symbols.Start + index * 24));

        public bool IsRelocated(int symbol) => _sections
            .Where(s => s.Type == Rela)
            .Any(s => Enumerable.Range(0, s.Size / 24).Any(i => U32(s.Start + i * 24 + 12) == symbol));

        public void Bind(int symbol, ushort version) => Put(_symbolVersions.Start + symbol * 2, version);

        public void MakeWeak(NeededVersion version) =>
            Put(version.FlagsOffset, (ushort)(U16(version.FlagsOffset) | Weak));

        // A chain of Elf64_Verneed (a library), each with a chain of Elf64_Vernaux (a version asked of it).
        private Dictionary<string, NeededVersion> ReadNeededVersions()
        {
            var versions = new Dictionary<string, NeededVersion>();
            var section = Only(VerNeed);
            var names = _sections[section.Link];
            var library = section.Start;
            for (var n = 0; n < section.Info; n++)
            {
                var isLibstdcxx = Text(names, U32(library + 4)) == "libstdc++.so.6";
                var version = library + (int)U32(library + 8);
                for (var v = 0; v < U16(library + 2); v++)
                {
                    if (isLibstdcxx)
                    {
                        versions[Text(names, U32(version + 8))] = new NeededVersion(U16(version + 6), version + 4);
                    }

                    version += (int)U32(version + 12);
                }

                library += (int)U32(library + 12);
            }

            return versions;
        }

        private Section Only(uint type)
        {
            var found = _sections.Where(s => s.Type == type).ToList();
            return found.Count == 1
                ? found[0]
                : throw new InvalidDataException($"It has {found.Count} sections of type 0x{type:x}, not one.");
        }

        private string Text(Section strings, uint offset)
        {
            var start = checked(strings.Start + (int)offset);
            var end = Array.IndexOf(_bytes, (byte)0, start);
            return Encoding.ASCII.GetString(_bytes, start, end - start);
        }

        private ushort U16(int at) => BitConverter.ToUInt16(_bytes, at);

        private uint U32(int at) => BitConverter.ToUInt32(_bytes, at);

        private int Offset(int at) => checked((int)BitConverter.ToUInt64(_bytes, at));

        private void Put(int at, ushort value) => BitConverter.GetBytes(value).CopyTo(_bytes, at);

        private sealed record Section(uint Type, int Start, int Size, int Link, uint Info);
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>
    /// Records need it, and .NET Standard 2.0, which MSBuild compiles this file against, does not have it.
    /// </summary>
    internal static class IsExternalInit;
}
