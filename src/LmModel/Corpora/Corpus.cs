using System.Security.Cryptography;
using System.Text;

namespace LmModel.Corpora;

/// <summary>
/// A text to train on: one UTF-8 file, or the .txt files of a folder. Opening reads every file once to check, count
/// and hash it. The text itself is read from disk whenever it is needed and is never held in memory as a whole.
/// </summary>
internal sealed class Corpus
{
    private Corpus(string name, IReadOnlyList<CorpusDocument> documents, IReadOnlyList<string> warnings)
    {
        (Name, Documents, Warnings) = (name, documents, warnings);
        Text = new CorpusText(documents);
    }

    /// <summary>Name of the file or folder, without its path.</summary>
    public string Name { get; }

    /// <summary>The files in ordinal order of their names; a single one if the corpus is a file.</summary>
    public IReadOnlyList<CorpusDocument> Documents { get; }

    /// <summary>Total size of the files.</summary>
    public long Bytes => Documents.Sum(d => d.Bytes);

    /// <summary>
    /// SHA-256, lower-case hexadecimal. For a file, that of its bytes; for a folder, that of the lines which
    /// <c>sha256sum</c> writes for its files, in their order.
    /// </summary>
    public required string Sha256 { get; init; }

    /// <summary>The whole text: all documents, one after another.</summary>
    public CorpusText Text { get; }

    /// <summary>The cancellation token that the corpus was opened with.</summary>
    internal CancellationToken Cancellation { get; private init; }

    /// <summary>Warnings about suspicious text that can still be trained on: one or two sentences each, with file, line
    /// and byte.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Opens a file, or a folder with all .txt files in it and its subfolders except hidden ones. A document of a
    /// folder that does not end in a line break gets one. Byte order marks are removed, wherever they occur.
    /// </summary>
    /// <exception cref="CorpusException">
    /// There is no text, or a file is not text; the message states file, line and byte, and what to do.
    /// </exception>
    /// <param name="path">The file or the folder.</param>
    /// <param name="cancellation">
    /// Stops the opening, and every later read of the text, between two blocks of 64 KiB. Everything that reads a
    /// corpus can therefore be cancelled by the token that the corpus was opened with.
    /// </param>
    public static Corpus Open(string path, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? Scan(
                    Path.GetFileName(path),
                    path,
                    [(Path.GetFileName(path), path)],
                    [],
                    isFolder: false,
                    Read,
                    cancellation)
                : throw new CorpusException($"There is no file {path}.");
        }

        var (files, skippedLinks) = CorpusFiles.In(path, cancellation);
        return files.Count > 0
            ? Scan(NameOf(path), path, files, skippedLinks, isFolder: true, Read, cancellation)
            : throw new CorpusException($"{path} has no .txt file in it or below it.");
    }

    /// <summary>A corpus of one document that is already in memory.</summary>
    /// <exception cref="CorpusException">It is empty or is not text.</exception>
    public static Corpus FromText(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Scan(
            name,
            name,
            [(name, name)],
            [],
            isFolder: false,
            _ => new MemoryStream(bytes, writable: false),
            default);
    }

    /// <summary>Splits the text into a part to train on and a part to validate on.</summary>
    /// <exception cref="CorpusException">It cannot be split in this way.</exception>
    public CorpusSplit Split(HoldOut holdOut) => CorpusSplit.Of(this, holdOut);

    private static Corpus Scan(
        string name, string path, IReadOnlyList<(string Name, string Path)> files, IReadOnlyList<string> skippedLinks,
        bool isFolder, Func<string, Stream> open, CancellationToken cancellation)
    {
        var findings = new CorpusFindings();
        var duplicates = new DuplicateFinder();
        var (documents, bySha256) = (new List<CorpusDocument>(), new Dictionary<string, CorpusDocument>());
        (Sketch Sketch, CorpusPlace Place)? whole = null;
        // In a single file, duplicate passages are searched for instead of duplicate documents.
        var passages = files.Count == 1
            ? new PassageReader(byPassage: true, duplicates.Add)
            : new PassageReader(byPassage: false, (sketch, place) => whole = (sketch, place));
        foreach (var file in files)
        {
            passages.BeginDocument(file.Name);
            var document = DocumentScan.Read(
                file.Name,
                file.Path,
                () => open(file.Path),
                findings.Add,
                passages,
                addLineBreak: isFolder,
                cancellation);
            if (document.Length == 0)
            {
                findings.Add(Finding.Empty, new CorpusPlace(file.Name, 1, 0), 1);
            }
            else if (!bySha256.TryAdd(document.Sha256, document))
            {
                // The same file as a hard or symbolic link, or a copy of it. If it were held out under one name, it
                // would be trained on under the other.
                bySha256[document.Sha256].Names.Add(file.Name);
                findings.Add(Finding.Copy, new CorpusPlace(file.Name, 1, 0), 1);
            }
            else
            {
                documents.Add(document);
                if (whole is { } text)
                {
                    duplicates.Add(text.Sketch, text.Place);
                }
            }

            whole = null;
        }

        foreach (var link in skippedLinks)
        {
            findings.Add(Finding.FolderLink, new CorpusPlace(link, 1, 0), 1);
        }

        if (documents.Count == 0)
        {
            throw new CorpusException(isFolder
                ? $"{path} has {files.Count} .txt files, but all are empty."
                    : $"{path} is empty, or is not a regular file. A pipe cannot be read twice; write its text "
                        + "to a file first.");
        }

        var length = documents.Sum(d => d.Length);
        return new Corpus(name, documents,
        [
            .. findings.Warnings,
                .. duplicates.Warning(
                    files.Count == 1 ? $"passages of {PassageReader.LeastWords} words or more" : "documents")
                    is { } again
                    ? [again]
                    : Array.Empty<string>(),
                .. length < CorpusFindings.FewCharacters
                    ? [CorpusFindings.TooShort(name, length)]
                    : Array.Empty<string>(),
            ]
        )
        {
            Sha256 = isFolder ? HashOf(documents) : documents[0].Sha256,
            Cancellation = cancellation,
        };
    }

    private static Stream Read(string path)
    {
        try
        {
            // A pipe, a socket or a device has no size; opening one may block forever.
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
            if (new FileInfo(File.Exists(target) ? target : path).Length == 0)
            {
                return Stream.Null;
            }

            // It is already read in large blocks.
            var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan);
            if (stream.CanSeek)
            {
                return stream;
            }

            stream.Dispose();
            throw new CorpusException($"{path} is not a regular file; a corpus is read more than once.");
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

/// <summary>A text cannot be trained on; the message states what is wrong and where.</summary>
public sealed class CorpusException(string message, Exception? inner = null) : Exception(message, inner);
