using System.Security.Cryptography;
using System.Text;

namespace LmModel.Training;

/// <summary>
/// A text to train on: one UTF-8 file, or the .txt files of a folder. Opening reads every file once, to check, count and hash
/// it; the text itself is read from disk whenever it is needed and never held whole.
/// </summary>
public sealed class Corpus
{
    private Corpus(string name, IReadOnlyList<CorpusDocument> documents, IReadOnlyList<string> warnings)
    {
        (Name, Documents, Warnings) = (name, documents, warnings);
        Text = new CorpusText(documents);
    }

    /// <summary>Name of the file or folder, without where it lies.</summary>
    public string Name { get; }

    /// <summary>The files in ordinal order of their names; one where the corpus is a file.</summary>
    public IReadOnlyList<CorpusDocument> Documents { get; }

    /// <summary>Size of the files together.</summary>
    public long Bytes => Documents.Sum(d => d.Bytes);

    /// <summary>
    /// SHA-256, lower-case hexadecimal: of the file's bytes; of a folder that of the lines which <c>sha256sum</c> writes for
    /// its files, in their order.
    /// </summary>
    public required string Sha256 { get; init; }

    /// <summary>The whole text: the documents one after another.</summary>
    public CorpusText Text { get; }

    /// <summary>What it was opened with.</summary>
    internal CancellationToken Cancellation { get; private init; }

    /// <summary>What is suspicious but can be trained on, a sentence or two each, with file, line and byte.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Opens a file, or a folder with all .txt files in it and below it, hidden ones left out. A document of a folder that
    /// does not end in a line break gets one. A byte order mark is no part of a text.
    /// </summary>
    /// <exception cref="CorpusException">
    /// There is no text, or something that is none; the message says which file, line and byte, and what to do.
    /// </exception>
    /// <param name="path">The file or the folder.</param>
    /// <param name="cancellation">
    /// Ends the opening, and every later reading of the text, between two blocks of 64 KiB: whatever reads a corpus can be
    /// cancelled by the token that it was opened with.
    /// </param>
    public static Corpus Open(string path, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? Scan(Path.GetFileName(path), path, [(Path.GetFileName(path), path)], isFolder: false, Read, cancellation)
                : throw new CorpusException($"There is no file {path}.");
        }

        var files = Directory
            .EnumerateFiles(path, "*.txt", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                IgnoreInaccessible = false,
                MatchCasing = MatchCasing.CaseInsensitive,
            })
            .TakeWhile(_ => !cancellation.IsCancellationRequested)
            .Select(file => (Name: Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/'), Path: file))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToList();
        cancellation.ThrowIfCancellationRequested();
        return files.Count > 0
            ? Scan(NameOf(path), path, files, isFolder: true, Read, cancellation)
            : throw new CorpusException($"{path} has no .txt file in it or below it.");
    }

    /// <summary>A corpus of one document that is in memory already.</summary>
    /// <exception cref="CorpusException">It is empty, or no text.</exception>
    public static Corpus FromText(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Scan(name, name, [(name, name)], isFolder: false, _ => new MemoryStream(bytes, writable: false), default);
    }

    /// <summary>Divides the text into what is trained on and what is validated on.</summary>
    /// <exception cref="CorpusException">It cannot be divided so.</exception>
    public CorpusSplit Split(HoldOut holdOut) => CorpusSplit.Of(this, holdOut);

    private static Corpus Scan(
        string name, string path, List<(string Name, string Path)> files, bool isFolder, Func<string, Stream> open,
        CancellationToken cancellation)
    {
        var findings = new CorpusFindings();
        var duplicates = new DuplicateFinder();
        // In one file, what may come again is a passage.
        var passages = new PassageReader(byPassage: files.Count == 1, duplicates.Add);
        var documents = new List<CorpusDocument>();
        foreach (var file in files)
        {
            passages.BeginDocument(file.Name);
            var document = DocumentScan.Read(file.Name, file.Path, () => open(file.Path), findings, passages, addLineBreak: isFolder, cancellation);
            if (document.Length > 0)
            {
                documents.Add(document);
            }
            else
            {
                findings.Add(Finding.Empty, new CorpusPlace(file.Name, 1, 0));
            }
        }

        if (documents.Count == 0)
        {
            throw new CorpusException(isFolder ? $"{path} has .txt files, {files.Count}, but all are empty." : $"{path} is empty.");
        }

        var length = documents.Sum(d => d.Length);
        return new Corpus(name, documents,
        [
            .. findings.Warnings,
            .. duplicates.Warning(files.Count == 1 ? $"passages of {PassageReader.LeastWords} words or more" : "documents") is { } again
                ? [again] : Array.Empty<string>(),
            .. length < CorpusFindings.FewCharacters ? [CorpusFindings.TooShort(name, length)] : Array.Empty<string>(),
        ])
        {
            Sha256 = isFolder ? HashOf(documents) : documents[0].Sha256,
            Cancellation = cancellation,
        };
    }

    private static FileStream Read(string path)
    {
        try
        {
            // It is read in large blocks already.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            if (stream.CanSeek)
            {
                return stream;
            }

            stream.Dispose();
            throw new CorpusException($"{path} is no regular file; a corpus is read more than once.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CorpusException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static string NameOf(string folder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static string HashOf(IEnumerable<CorpusDocument> documents) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(documents.Select(d => $"{d.Sha256}  {d.Name}\n")))));
}

/// <summary>A text cannot be trained on; the message says what is wrong and where.</summary>
public sealed class CorpusException(string message, Exception? inner = null) : Exception(message, inner);
